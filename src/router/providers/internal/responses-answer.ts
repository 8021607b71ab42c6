import type {
  Completion,
  CompletionChunk,
  CompletionUsage,
  FinishReason,
  ToolCallDelta,
} from "../../../contracts/index.ts";
import { type Fields, fieldsOf } from "../../../plugin/fields-of.ts";
import type { AnswerContext } from "./anthropic-answer.ts";
import { incomplete, keepingText } from "./incomplete.ts";
import { failureOf } from "./openai-errors.ts";
import {
  annotationsOf,
  blocksOf,
  callIn,
  extrasOf,
  imagesOf,
  listOf,
  refusalIn,
  saidBy,
  textIn,
  textOf,
  thoughtIn,
} from "./responses-items.ts";
import type { ServerEvent } from "./server-events.ts";
import { tokenCount, usageOfCounts } from "./token-count.ts";

type Delta = CompletionChunk["choices"][number]["delta"];

/** Translates a whole response. Throws `ProviderError` unless it is complete. */
export function toCompletion(body: unknown, context: AnswerContext): Completion {
  const { name, writer } = context;
  const response = fieldsOf(body);
  if (response["error"]) throw failureOf(response["error"], name, undefined, undefined);
  if (!Array.isArray(response["output"])) throw incomplete(name, "the answer has no output");
  const items = listOf(response["output"]);
  const { content, refusal, calls, thought, blocks, images, annotations } = saidBy(items);
  const usage = usageOf(response, items);
  const finish = keepingText(content ?? "", usage, () => finishOf(response, calls.length > 0, name));
  const extensions = {
    ...(thought !== "" && { reasoning_content: thought }),
    ...(blocks.length > 0 && { thinking_blocks: blocks }),
    ...(images.length > 0 && { images }),
    ...extrasOf(items),
  };
  const message = {
    role: "assistant" as const,
    content,
    refusal,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(annotations.length > 0 && { annotations }),
    ...extensions,
    ...(Object.keys(extensions).length > 0 && { written_by: writer }),
  };
  return {
    ...headOf(response, context),
    object: "chat.completion",
    choices: [{ index: 0, message, ...finish, logprobs: null }],
    ...(usage && { usage }),
    ...tierOf(response),
  };
}

/** The part of one item of the output that has come. */
interface Begun {
  /** Index of the call that it is. Absent: it is none, as far as is known. */
  call?: number;
  /** Start of its text in that of the answer. */
  readonly from: number;
  /** True once a piece of it has come: its end then says nothing new. */
  hasText: boolean;
  hasRefusal: boolean;
  hasThought: boolean;
  hasInput: boolean;
  isDone: boolean;
}

/** Translates events to chunks. Throws `ProviderError` (`incomplete`) unless the response came to its end. */
export async function* toChunks(
  events: AsyncIterable<ServerEvent>,
  context: AnswerContext,
): AsyncGenerator<CompletionChunk> {
  const { name, writer } = context;
  let head = headOf({}, context);
  const begun = new Map<unknown, Begun>();
  const items: Fields[] = [];
  let calls = 0;
  let characters = 0;
  let isSigned = false;
  let isEnded = false;
  const chunk = (
    delta: Delta,
    finish: ReturnType<typeof finishOf> | { readonly finish_reason: null } = { finish_reason: null },
  ): CompletionChunk => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, ...finish, logprobs: null }],
  });
  /** A chunk with what its writer alone can read; the first one names it. */
  const signed = (delta: Delta): CompletionChunk => {
    const all = isSigned ? delta : { ...delta, written_by: writer };
    isSigned = true;
    return chunk(all);
  };
  const write = (text: string): CompletionChunk => {
    characters += text.length;
    return chunk({ content: text });
  };
  const begunAt = (place: unknown): Begun => {
    let one = begun.get(place);
    if (one !== undefined) return one;
    const nothing = { hasText: false, hasRefusal: false, hasThought: false, hasInput: false, isDone: false };
    one = { from: characters, ...nothing };
    begun.set(place, one);
    return one;
  };
  const begin = function* (place: unknown, item: Fields): Generator<CompletionChunk, Begun> {
    const one = begunAt(place);
    const call = callIn(item);
    if (call === undefined || one.call !== undefined) return one;
    one.call = calls;
    // Its input comes in pieces, and with its end where it did not.
    const empty =
      call.type === "function"
        ? { type: call.type, function: { name: call.function.name, arguments: "" } }
        : { type: call.type, custom: { name: call.custom.name, input: "" } };
    yield chunk({ tool_calls: [{ index: calls, id: call.id, ...empty } as ToolCallDelta] });
    calls += 1;
    return one;
  };
  const end = function* (place: unknown, item: Fields): Generator<CompletionChunk> {
    const one = yield* begin(place, item);
    if (one.isDone) return;
    one.isDone = true;
    items.push(item);
    if (!one.hasText && textIn(item) !== "") yield write(textIn(item));
    if (!one.hasRefusal && refusalIn(item) !== "") yield chunk({ refusal: refusalIn(item) });
    if (!one.hasThought && thoughtIn(item) !== "") yield signed({ reasoning_content: thoughtIn(item) });
    if (blocksOf(item).length > 0) yield signed({ thinking_blocks: blocksOf(item) });
    if (imagesOf(item).length > 0) yield signed({ images: imagesOf(item) });
    const annotations = annotationsOf(item, one.from);
    if (annotations.length > 0) yield chunk({ annotations });
    const call = callIn(item);
    if (call === undefined || one.call === undefined || one.hasInput) return;
    const piece =
      call.type === "function"
        ? { function: { arguments: call.function.arguments } }
        : { custom: { input: call.custom.input } };
    yield chunk({ tool_calls: [{ index: one.call, ...piece }] });
  };
  for await (const { type, fields } of events) {
    if (isEnded) continue;
    const text = textOf(fields["delta"]);
    const item = fieldsOf(fields["item"]);
    const place = fields["output_index"] ?? fields["item_id"] ?? item["id"];
    if (type === "response.created") {
      head = headOf(fieldsOf(fields["response"]), context);
      yield chunk({ role: "assistant", content: "" });
    } else if (type === "response.output_item.added") {
      // Of a server that says no place, each is a new one.
      if (place === undefined) begun.delete(place);
      yield* begin(place, item);
    } else if (type === "response.output_item.done") yield* end(place, item);
    else if (type === "response.output_text.delta") {
      begunAt(place).hasText = true;
      yield write(text);
    } else if (type === "response.refusal.delta") {
      begunAt(place).hasRefusal = true;
      yield chunk({ refusal: text });
    } else if (thoughts.has(type) && text !== "") {
      begunAt(place).hasThought = true;
      yield signed({ reasoning_content: text });
    } else if (inputs.has(type)) {
      const one = begunAt(place);
      // A call whose beginning has not come has no name: all of it comes with its end.
      if (one.call === undefined) continue;
      one.hasInput = true;
      const piece = type === functionInput ? { function: { arguments: text } } : { custom: { input: text } };
      yield chunk({ tool_calls: [{ index: one.call, ...piece }] });
    } else if (type === "response.completed" || type === "response.incomplete") {
      isEnded = true;
      const response = fieldsOf(fields["response"]);
      const output = listOf(response["output"]);
      // A server may tell all with the end.
      if (items.length === 0 && (begun.size === 0 || output.every((_, at) => begun.has(at))))
        for (const [at, whole] of output.entries()) yield* end(at, whole);
      const all = output.length > 0 ? output : items;
      const extras = extrasOf(all);
      if (Object.keys(extras).length > 0) yield signed(extras);
      const usage = usageOf(response, all);
      const ended = finishOf({ status: type.slice("response.".length), ...response }, calls > 0, name);
      yield { ...chunk({}, ended), ...tierOf(response) };
      if (usage) yield { ...head, object: "chat.completion.chunk", choices: [], usage, ...tierOf(response) };
    }
  }
  if (!isEnded) throw incomplete(name, "the stream ended before the response did");
}

const thoughts: ReadonlySet<string> = new Set([
  "response.reasoning_summary_text.delta",
  "response.reasoning_text.delta",
]);
const functionInput = "response.function_call_arguments.delta";
const inputs: ReadonlySet<string> = new Set([functionInput, "response.custom_tool_call_input.delta"]);

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
): { readonly finish_reason: FinishReason; readonly native_finish_reason?: string } {
  if (status === "incomplete") {
    const reason = textOf(fieldsOf(details)["reason"]);
    if (reason === "content_filter") return { finish_reason: "content_filter" };
    const isLimit = reason === "" || reason === "max_output_tokens";
    return { finish_reason: "length", ...(!isLimit && { native_finish_reason: reason }) };
  }
  // Some servers do not say it of a whole answer.
  if (status !== "completed" && status !== undefined && status !== null)
    throw incomplete(name, "the response is not completed");
  return { finish_reason: hasCalls ? "tool_calls" : "stop" };
}

function tierOf({ service_tier: tier }: Fields): Pick<Completion, "service_tier"> {
  return typeof tier === "string" ? { service_tier: tier as "default" } : {};
}

/** Reads the counts of a response: tokens, and calls of tools at the provider, which cost by the call. */
function usageOf(response: Fields, items: readonly Fields[]): CompletionUsage | undefined {
  const usage = fieldsOf(response["usage"]);
  const input = tokenCount(usage["input_tokens"]);
  const output = tokenCount(usage["output_tokens"]);
  const details = fieldsOf(usage["input_tokens_details"]);
  const cached = tokenCount(details["cached_tokens"]);
  const written = tokenCount(details["cache_write_tokens"]);
  const reasoning = tokenCount(fieldsOf(usage["output_tokens_details"])["reasoning_tokens"]);
  const counts = usageOfCounts({ input, output, cached, written, reasoning });
  const used = toolUseOf(response, items);
  // OpenRouter says what it charges.
  const cost = usage["cost"];
  return (
    counts && {
      ...counts,
      ...(Object.keys(used).length > 0 && { server_tool_use: used }),
      ...(typeof cost === "number" && { cost }),
    }
  );
}

/** A search is billed by the provider's own count where it tells one; pages that were opened are not. */
function toolUseOf(
  response: Fields,
  items: readonly Fields[],
): NonNullable<CompletionUsage["server_tool_use"]> {
  const count = (type: string): number => items.filter((item) => item["type"] === type).length;
  const searches = items.filter(
    ({ type, action }) => type === "web_search_call" && (fieldsOf(action)["type"] ?? "search") === "search",
  ).length;
  const told = tokenCount(fieldsOf(fieldsOf(response["tool_usage"])["web_search"])["num_requests"]);
  const web = told || searches;
  const files = count("file_search_call");
  return {
    ...(web > 0 && { web_search_requests: web }),
    ...(files > 0 && { file_search_requests: files }),
  };
}
