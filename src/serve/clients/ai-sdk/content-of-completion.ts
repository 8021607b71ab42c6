import type {
  Completion,
  CompletionMessage,
  CompletionUsage,
  RouteResult,
} from "../../../contracts/index.ts";
import { explanationField } from "../../http/explanation.ts";
import type { Content, FileContent, FinishReason, JsonFields, ProviderData, Usage } from "./wire.ts";
import { callExtras, messageExtras, reasoningIn, withData } from "./writer-data.ts";

/** A message with the fields that providers add. */
interface WrittenMessage {
  readonly written_by?: string;
  readonly thinking_blocks?: readonly JsonFields[];
}

/** Returns a whole answer as parts: reasoning first, then text, then tool calls. */
export function contentOfCompletion(completion: Completion): Content[] {
  const message = completion.choices[0]?.message;
  if (message === undefined) return [];
  const { written_by: writer, thinking_blocks: blocks } = message as WrittenMessage;
  const reasoning = reasoningIn(message);
  const text = message.content ?? message.refusal ?? "";
  const content: Content[] = [];
  if (Array.isArray(blocks) && blocks.length > 0)
    for (const block of blocks) content.push(reasoningPart(block, writer));
  else if (reasoning !== undefined)
    content.push({
      type: "reasoning",
      text: reasoning.text,
      ...withData(writer, { field: reasoning.field }),
    });
  if (text !== "") content.push({ type: "text", text });
  content.push(...callParts(message));
  // Fields of the whole message go with the first part that is not reasoning.
  const extras = messageExtras(message);
  const first = content.find(isSaid);
  if (extras !== undefined && first !== undefined) {
    const call = first.providerMetadata?.["switchpoint"]?.["call"] as JsonFields | undefined;
    Object.assign(first, withData(writer, { message: extras, ...(call !== undefined && { call }) }));
  }
  return [...content, ...shownParts(message)];
}

function isSaid(part: Content): part is Extract<Content, { type: "text" | "tool-call" }> {
  return part.type === "text" || part.type === "tool-call";
}

/** Returns the images of a message, its sound and the pages that it cites, as parts of their own. */
export function shownParts({
  images,
  audio,
  annotations,
}: CompletionMessage): Extract<Content, { type: "file" | "source" }>[] {
  const files = (images ?? []).flatMap(({ image_url: image }): FileContent[] => {
    const [, mediaType, data] = /^data:([\w.+-]+\/[\w.+-]+);base64,(.*)$/s.exec(image?.url ?? "") ?? [];
    return mediaType === undefined || data === undefined ? [] : [{ type: "file", mediaType, data }];
  });
  // Its format is that of the request, which the answer does not repeat.
  if (audio?.data) files.push({ type: "file", mediaType: "audio/*", data: audio.data });
  const sources = (annotations ?? []).flatMap(({ url_citation: cited }, at) =>
    cited === undefined
      ? []
      : [
          {
            type: "source" as const,
            sourceType: "url" as const,
            id: `source-${at}`,
            url: cited.url,
            ...(cited.title !== undefined && { title: cited.title }),
          },
        ],
  );
  return [...files, ...sources];
}

function reasoningPart(block: JsonFields, writer: string | undefined): Content {
  const { thinking } = block;
  const text = typeof thinking === "string" ? thinking : "";
  return { type: "reasoning", text, ...withData(writer, { thinking: block }) };
}

/** Returns the tool calls of a message as parts. */
export function callParts(message: CompletionMessage): Extract<Content, { type: "tool-call" }>[] {
  const { written_by: writer } = message as WrittenMessage;
  return (message.tool_calls ?? []).map((call) => {
    const [toolName, input] =
      call.type === "function"
        ? [call.function.name, call.function.arguments || "{}"]
        : [call.custom.name, JSON.stringify({ input: call.custom.input })];
    const extras = callExtras(call);
    return {
      type: "tool-call",
      toolCallId: call.id,
      toolName,
      input,
      ...(extras !== undefined && withData(writer, { call: extras })),
    };
  });
}

/** Returns the reason why an answer ended, in the SDK's words and the provider's. */
export function finishReasonOf(raw: string | null | undefined): FinishReason {
  if (raw === "stop" || raw === "length") return { unified: raw, raw };
  if (raw === "tool_calls" || raw === "function_call") return { unified: "tool-calls", raw };
  return raw === "content_filter"
    ? { unified: "content-filter", raw }
    : { unified: "other", raw: raw ?? undefined };
}

/** Converts the counts of the answer's own call. Those that were not told are undefined, never 0. */
export function usageOf(usage: CompletionUsage | null | undefined): Usage {
  const { prompt_tokens: input, completion_tokens: output } = usage ?? {};
  const { cached_tokens: cacheRead, cache_write_tokens: cacheWrite } = usage?.prompt_tokens_details ?? {};
  const reasoning = usage?.completion_tokens_details?.reasoning_tokens;
  const without = (total: number | undefined, ...parts: (number | undefined)[]) =>
    total === undefined
      ? undefined
      : Math.max(
          0,
          parts.reduce<number>((sum, n) => sum - (n ?? 0), total),
        );
  return {
    inputTokens: { total: input, noCache: without(input, cacheRead, cacheWrite), cacheRead, cacheWrite },
    outputTokens: { total: output, text: without(output, reasoning), reasoning },
    ...(usage !== undefined && usage !== null && { raw: { ...usage } as unknown as JsonFields }),
  };
}

/** Returns what the router did, under its name: the decision, and the cost and tokens of all calls together. */
export function decisionData({ decision, costUsd, usage, attempts, degraded }: RouteResult): ProviderData {
  const { switchpoint } = explanationField(decision, costUsd) as { readonly switchpoint: object };
  const calls = attempts.length;
  // By way of JSON: fields that are undefined are none there.
  const data = { ...switchpoint, calls, usage, ...(degraded !== undefined && { degraded }) };
  return { switchpoint: JSON.parse(JSON.stringify(data)) };
}
