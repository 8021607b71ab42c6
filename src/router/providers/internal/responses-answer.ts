import type { Completion, CompletionChunk, FinishReason } from "../../../contracts/index.ts";
import { type Fields, fieldsOf } from "../../../plugin/fields-of.ts";
import type { AnswerContext } from "./anthropic-answer.ts";
import type { ThinkingBlock } from "./anthropic-wire.ts";
import { incomplete } from "./incomplete.ts";
import { failureOf } from "./openai-errors.ts";
import type { ServerEvent } from "./server-events.ts";
import { tokenCount, usageOfCounts } from "./token-count.ts";

type Delta = CompletionChunk["choices"][number]["delta"];

/** Translates a whole response. Throws `ProviderError` unless it is complete. */
export function toCompletion(body: unknown, context: AnswerContext): Completion {
  const { name, writer } = context;
  const response = fieldsOf(body);
  if (response["error"]) throw failureOf(response["error"], name, undefined, undefined);
  if (!Array.isArray(response["output"])) throw incomplete(name, "the answer has no output");
  let text = "";
  let refusal = "";
  let thought = "";
  const calls: NonNullable<Completion["choices"][number]["message"]["tool_calls"]> = [];
  const blocks: ThinkingBlock[] = [];
  for (const given of response["output"]) {
    const item = fieldsOf(given);
    if (item["type"] === "message")
      for (const part of listOf(item["content"])) {
        text += part["type"] === "output_text" ? textOf(part["text"]) : "";
        refusal += part["type"] === "refusal" ? textOf(part["refusal"]) : "";
      }
    if (item["type"] === "function_call") {
      const { call_id: id, name: called, arguments: json } = item;
      calls.push({
        id: textOf(id),
        type: "function",
        function: { name: textOf(called), arguments: textOf(json) },
      });
    }
    if (item["type"] === "custom_tool_call") {
      const { call_id: id, name: called, input } = item;
      calls.push({ id: textOf(id), type: "custom", custom: { name: textOf(called), input: textOf(input) } });
    }
    if (item["type"] === "reasoning") {
      thought += summaryOf(item);
      blocks.push(...blocksOf(item));
    }
  }
  const finish = finishOf(response, calls.length > 0, name);
  const usage = usageOf(response["usage"]);
  const message = {
    role: "assistant" as const,
    content: text === "" && (calls.length > 0 || refusal !== "") ? null : text,
    refusal: refusal === "" ? null : refusal,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(thought !== "" && { reasoning_content: thought }),
    ...(blocks.length > 0 && { thinking_blocks: blocks }),
    ...((thought !== "" || blocks.length > 0) && { written_by: writer }),
  };
  return {
    ...headOf(response, context),
    object: "chat.completion",
    choices: [{ index: 0, message, finish_reason: finish, logprobs: null }],
    ...(usage && { usage }),
    ...tierOf(response),
  };
}

/** Translates events to chunks. Throws `ProviderError` (`incomplete`) unless the response came to its end. */
export async function* toChunks(
  events: AsyncIterable<ServerEvent>,
  context: AnswerContext,
): AsyncGenerator<CompletionChunk> {
  const { name, writer } = context;
  let head = headOf({}, context);
  /** Calls by the place of their item: their index, and whether arguments have come. */
  const calls = new Map<unknown, { readonly index: number; hasArguments: boolean }>();
  let isSigned = false;
  let isEnded = false;
  const chunk = (delta: Delta, finish: FinishReason | null = null): CompletionChunk => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
  });
  const think = (delta: object): CompletionChunk => {
    const signed = isSigned ? delta : { ...delta, written_by: writer };
    isSigned = true;
    return chunk(signed as Delta);
  };
  for await (const { type, fields } of events) {
    if (isEnded) continue;
    const item = fieldsOf(fields["item"]);
    const text = textOf(fields["delta"]);
    const place = fields["output_index"];
    const call = calls.get(place);
    if (type === "response.created") {
      head = headOf(fieldsOf(fields["response"]), context);
      yield chunk({ role: "assistant", content: "" });
    } else if (type === "response.output_text.delta") yield chunk({ content: text });
    else if (type === "response.refusal.delta") yield chunk({ refusal: text });
    else if (thoughts.has(type) && text !== "") yield think({ reasoning_content: text });
    else if (type === "response.output_item.added" && isCall(item)) {
      const index = calls.size;
      calls.set(place, { index, hasArguments: false });
      const called = { name: textOf(item["name"]), arguments: "" };
      yield chunk({
        tool_calls: [{ index, id: textOf(item["call_id"]), type: "function", function: called }],
      });
    } else if (inputs.has(type) && call !== undefined) {
      call.hasArguments = true;
      yield chunk({ tool_calls: [{ index: call.index, function: { arguments: text } }] });
    } else if (type === "response.output_item.done") {
      const blocks = item["type"] === "reasoning" ? blocksOf(item) : [];
      if (blocks.length > 0) yield think({ thinking_blocks: blocks });
      const json = textOf(item["arguments"] ?? item["input"]);
      if (call !== undefined && !call.hasArguments && json !== "")
        yield chunk({ tool_calls: [{ index: call.index, function: { arguments: json } }] });
    } else if (type === "response.completed" || type === "response.incomplete") {
      isEnded = true;
      const response = fieldsOf(fields["response"]);
      const usage = usageOf(response["usage"]);
      yield { ...chunk({}, finishOf(response, calls.size > 0, name)), ...tierOf(response) };
      if (usage) yield { ...head, object: "chat.completion.chunk", choices: [], usage, ...tierOf(response) };
    }
  }
  if (!isEnded) throw incomplete(name, "the stream ended before the response did");
}

const thoughts: ReadonlySet<string> = new Set([
  "response.reasoning_summary_text.delta",
  "response.reasoning_text.delta",
]);
const inputs: ReadonlySet<string> = new Set([
  "response.function_call_arguments.delta",
  "response.custom_tool_call_input.delta",
]);

/** Chunks know no calls of custom tools: their input comes as arguments, so that it counts as content. */
function isCall({ type }: Fields): boolean {
  return type === "function_call" || type === "custom_tool_call";
}

/** Tells which events end an answer: see `untilEnd`. */
export function endsResponse({ type }: ServerEvent): boolean | undefined {
  return type === "response.completed" || type === "response.incomplete" ? true : undefined;
}

function headOf({ id, model, created_at: at }: Fields, { created }: AnswerContext) {
  return { id: textOf(id), model: textOf(model), created: typeof at === "number" ? Math.floor(at) : created };
}

function finishOf(
  { status, incomplete_details: details }: Fields,
  hasCalls: boolean,
  name: string,
): FinishReason {
  if (status === "incomplete")
    return fieldsOf(details)["reason"] === "content_filter" ? "content_filter" : "length";
  if (status !== "completed") throw incomplete(name, "the response is not completed");
  return hasCalls ? "tool_calls" : "stop";
}

function tierOf({ service_tier: tier }: Fields): Pick<Completion, "service_tier"> {
  return typeof tier === "string" ? { service_tier: tier as "default" } : {};
}

/** Returns reasoning as blocks that go back with the message. What is not encrypted cannot be read again. */
function blocksOf(item: Fields): ThinkingBlock[] {
  const encrypted = textOf(item["encrypted_content"]);
  const thinking = summaryOf(item);
  if (encrypted === "") return [];
  return thinking === ""
    ? [{ type: "redacted_thinking", data: encrypted }]
    : [{ type: "thinking", thinking, signature: encrypted }];
}

function summaryOf(item: Fields): string {
  return listOf(item["summary"])
    .map(({ text }) => textOf(text))
    .join("");
}

/** Reads the counts of a response. */
function usageOf(given: unknown): Completion["usage"] {
  const usage = fieldsOf(given);
  const input = tokenCount(usage["input_tokens"]);
  const output = tokenCount(usage["output_tokens"]);
  const details = fieldsOf(usage["input_tokens_details"]);
  const cached = tokenCount(details["cached_tokens"]);
  const written = tokenCount(details["cache_write_tokens"]);
  const reasoning = tokenCount(fieldsOf(usage["output_tokens_details"])["reasoning_tokens"]);
  return usageOfCounts({ input, output, cached, written, reasoning });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}
