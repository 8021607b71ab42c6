import type {
  CompletionMessage,
  CompletionUsage,
  FinishReason,
  ImageOutput,
} from "../../../contracts/index.ts";
import { urlCitations } from "../../../plugin/answer/answer-lists.ts";
import type { Fields } from "../fields.ts";
import { contentOfExtensions, type WrittenExtensions } from "./written-extensions.ts";

/** An item of a response's output. */
export type OutputItem = { readonly type: string; readonly id: string } & Fields;

/** Facts of a response that are known from its beginning. */
export interface ResponseHead {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Name that the client asked for. */
  readonly model: string;
  /** Body of the request, whose settings a response repeats. */
  readonly body: Fields;
}

/** Returns a whole response. */
export function responseOf(
  { id, created, model, body }: ResponseHead,
  output: readonly OutputItem[],
  end: { readonly finish: FinishReason; readonly usage?: CompletionUsage | null | undefined } | undefined,
): Fields {
  const reason = end && incompleteReason(end.finish);
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: created,
    status: end === undefined ? "in_progress" : reason === undefined ? "completed" : "incomplete",
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    instructions: body["instructions"] ?? null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    model,
    output,
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    previous_response_id: null,
    reasoning: body["reasoning"] ?? { effort: null, summary: null },
    // Answers are not kept, whatever was asked: what is stateful is refused.
    store: false,
    temperature: body["temperature"] ?? null,
    text: body["text"] ?? { format: { type: "text" } },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: body["tools"] ?? [],
    top_p: body["top_p"] ?? null,
    truncation: "disabled",
    usage: end?.usage ? usageOf(end.usage) : null,
    metadata: body["metadata"] ?? {},
  };
}

function incompleteReason(finish: FinishReason): string | undefined {
  if (finish === "length") return "max_output_tokens";
  return finish === "content_filter" ? "content_filter" : undefined;
}

function usageOf(usage: CompletionUsage): Fields {
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: { cached_tokens: usage.prompt_tokens_details?.cached_tokens ?? 0 },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: usage.completion_tokens_details?.reasoning_tokens ?? 0 },
    total_tokens: usage.total_tokens,
  };
}

/** Facts of a message in addition to its text. */
export interface TextFacts {
  readonly annotations?: CompletionMessage["annotations"];
  readonly phase?: CompletionMessage["phase"];
}

export function textItem(
  id: string,
  text: string,
  status: "completed" | "in_progress",
  { annotations, phase }: TextFacts = {},
): OutputItem {
  const content = status === "in_progress" ? [] : [textContent(text, annotations)];
  return { type: "message", id, status, role: "assistant", content, ...(phase && { phase }) };
}

export function textContent(text: string, annotations: TextFacts["annotations"] = []): Fields {
  return {
    type: "output_text",
    text,
    annotations: urlCitations(annotations).map(annotationOf),
    logprobs: [],
  };
}

/** A citation is flat here, and that of a file has a form of its own. */
export function annotationOf({ url_citation: cited }: NonNullable<TextFacts["annotations"]>[number]): Fields {
  const { url, title, start_index: index } = cited;
  if (!url.startsWith("file:")) return { type: "url_citation", ...cited };
  return { type: "file_citation", file_id: url.slice("file:".length), filename: title, index };
}

export function refusalItem(id: string, refusal: string): OutputItem {
  const content = [{ type: "refusal", refusal }];
  return { type: "message", id, status: "completed", role: "assistant", content };
}

/**
 * Returns the thinking of an answer, and what else its writer alone can read: it comes back with the next request. Undefined
 * if there is none.
 */
export function reasoningItem(id: string, extensions: WrittenExtensions): OutputItem | undefined {
  const encrypted = contentOfExtensions(extensions);
  return encrypted === undefined
    ? undefined
    : { type: "reasoning", id, summary: [], encrypted_content: encrypted };
}

/** Returns an image that a model made, as the item of the tool that makes them. Undefined for one that is an address. */
export function imageItem(id: string, { image_url: { url } }: ImageOutput): OutputItem | undefined {
  const [, format, result] = /^data:image\/([\w.+-]+);base64,(.*)$/s.exec(url) ?? [];
  if (result === undefined) return undefined;
  return { type: "image_generation_call", id, status: "completed", output_format: format, result };
}

export interface CallParts {
  readonly kind: "function" | "custom";
  readonly callId: string;
  readonly name: string;
  /** Arguments of a function, input of a custom tool. */
  readonly text: string;
}

export function callItem(
  id: string,
  { kind, callId, name, text }: CallParts,
  status: "completed" | "in_progress",
): OutputItem {
  return kind === "function"
    ? { type: "function_call", id, call_id: callId, name, arguments: text, status }
    : { type: "custom_tool_call", id, call_id: callId, name, input: text, status };
}
