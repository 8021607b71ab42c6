import type { Completion, CompletionChunk, TokenLogprob } from "../contracts/index.ts";
import { copyOf } from "../plugin/copy-of.ts";
import { createContentFilters } from "./content-filters.ts";
import { createGrowingText } from "./growing-text.ts";
import { mostUsage } from "./most-usage.ts";
import { reasoningOf } from "./written-text.ts";

type Delta = CompletionChunk["choices"][number]["delta"];
type Choice = Completion["choices"][number];
type ToolCall = { id: string; type: "function"; function: { name: string; arguments: string } };

/** Part of an answer that has arrived. */
export interface Received {
  /** All that the model wrote: content, refusal, reasoning and tool calls. */
  readonly written: string;
  /** Usage that the server has told by then. */
  readonly usage?: CompletionChunk["usage"];
  /** Name of the model that answers, according to the server. */
  readonly model?: string | undefined;
  readonly serviceTier?: CompletionChunk["service_tier"];
}

/** Assembles the chunks of a stream into the answer that `generate` would have returned. */
export interface Assembler {
  add(chunk: CompletionChunk): void;
  readonly text: string;
  /** Number of characters that the model wrote: content, refusal, reasoning and tool calls. */
  readonly characters: number;
  /** Returns what an answer that breaks off here is billed by. */
  received(): Received;
  readonly finishReason: string | undefined;
  completion(): Completion;
}

const knownFields: ReadonlySet<string> = new Set([
  "role",
  "content",
  "refusal",
  "tool_calls",
  "function_call",
]);

export function createAssembler(): Assembler {
  let head: Pick<CompletionChunk, "id" | "created" | "model"> = { id: "", created: 0, model: "" };
  const text = createGrowingText();
  const filters = createContentFilters();
  let refusal = "";
  let finishReason: Choice["finish_reason"] | undefined;
  let usage: CompletionChunk["usage"];
  /** The most usage that was told, also before more content. */
  let told: CompletionChunk["usage"];
  let serviceTier: CompletionChunk["service_tier"];
  const toolCalls: ToolCall[] = [];
  // Fields of a provider beyond OpenAI's: reasoning text, thinking blocks …
  // Without a prototype: a server names them, and could name one "__proto__".
  const extras: Record<string, unknown> = Object.create(null);

  // Lists of our own, to which more is added in place: copying one at each chunk would take a square of time.
  const lists = new Set<unknown>();

  let characters = 0;
  const others = createGrowingText();
  const addOther = (piece: unknown) => {
    if (typeof piece !== "string" || piece === "") return;
    others.add(piece);
    characters += piece.length;
  };
  const addDelta = (delta: Delta) => {
    if (typeof delta.content === "string") {
      text.add(delta.content);
      characters += delta.content.length;
    }
    if (delta.refusal) {
      refusal += delta.refusal;
      addOther(delta.refusal);
    }
    for (const call of delta.tool_calls ?? []) {
      addToolCall(toolCalls, call);
      addOther(call.function?.name);
      addOther(call.function?.arguments);
    }
    addOther(reasoningOf(delta));
    // A copy: the consumer gets the chunk, and may change it.
    for (const [key, value] of Object.entries(delta))
      if (!knownFields.has(key)) extras[key] = joined(extras[key], copyOf(value), lists);
  };

  // Present only where the request asked for them; a check of the whole answer reads them.
  const tokens: TokenLogprob[] = [];
  let areWhole = true;
  const addLogprobs = (logprobs: CompletionChunk["choices"][number]["logprobs"]) => {
    const more: readonly TokenLogprob[] | null | undefined = logprobs?.content;
    if (!Array.isArray(more) || more.length === 0) return;
    if (tokens.length + more.length > logprobLimit) {
      // Part of them would be taken for those of the whole answer.
      areWhole = false;
      tokens.length = 0;
    }
    if (areWhole) for (const token of more) tokens.push(copyOf(token));
  };
  const logprobs = (): Choice["logprobs"] =>
    tokens.length === 0 ? null : { content: tokens, refusal: null };

  return {
    add(chunk) {
      head = {
        id: chunk.id || head.id,
        created: chunk.created || head.created,
        model: chunk.model || head.model,
      };
      serviceTier = chunk.service_tier ?? serviceTier;
      filters.add(chunk);
      const choice = chunk.choices[0];
      // A copy: the consumer gets the chunk, and the call is billed by it.
      if (chunk.usage) {
        told = mostUsage(told, copyOf(chunk.usage));
        usage = told;
      }
      // A count of the output from before more content is not that of the answer.
      else if (usage && choice?.delta?.content)
        usage = { prompt_tokens: usage.prompt_tokens } as CompletionChunk["usage"];
      if (choice === undefined) return;
      if (choice.delta) addDelta(choice.delta);
      addLogprobs(choice.logprobs);
      if (choice.finish_reason) finishReason = choice.finish_reason;
    },
    get text() {
      return text.toString();
    },
    get characters() {
      return characters;
    },
    received: () => ({
      written: text.toString() + others.toString(),
      usage: told,
      model: head.model === "" ? undefined : head.model,
      serviceTier,
    }),
    get finishReason() {
      return finishReason;
    },
    completion() {
      const content = text.toString();
      const message: Choice["message"] = {
        ...extras,
        role: "assistant",
        content: content === "" && toolCalls.length > 0 ? null : content,
        refusal: refusal === "" ? null : refusal,
        ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
      };
      return {
        ...head,
        object: "chat.completion",
        choices: [
          {
            index: 0,
            message,
            finish_reason: finishReason ?? "stop",
            logprobs: logprobs(),
            ...filters.ofChoice,
          },
        ],
        ...filters.ofAnswer,
        ...(usage ? { usage } : {}),
        ...(serviceTier ? { service_tier: serviceTier } : {}),
      };
    },
  };
}

/** Largest number of tokens whose log-probabilities are kept. */
const logprobLimit = 65_536;

/** Largest number of tool calls per answer. An index comes from the provider and must not size an array. */
const toolCallLimit = 1_024;

function addToolCall(calls: ToolCall[], delta: NonNullable<Delta["tool_calls"]>[number]): void {
  // Some servers omit the index: a delta with an id then begins a call, others continue the last one.
  const at = delta.index ?? (delta.id ? calls.length : Math.max(0, calls.length - 1));
  if (!Number.isInteger(at) || at < 0 || at >= toolCallLimit) return;
  while (calls.length <= at) {
    calls.push({ id: "", type: "function", function: { name: "", arguments: "" } });
  }
  const call = calls[at] as ToolCall;
  const { index, id, type, function: part, ...extras } = delta;
  if (id) call.id = id;
  if (part?.name) call.function.name += part.name;
  if (part?.arguments) call.function.arguments += part.arguments;
  // Not by assignment, which would take a field "__proto__" for the prototype.
  for (const [field, value] of Object.entries(extras))
    Object.defineProperty(call, field, { value, writable: true, enumerable: true, configurable: true });
}

function joined(before: unknown, value: unknown, lists: Set<unknown>): unknown {
  if (typeof before === "string" && typeof value === "string") return before + value;
  if (!Array.isArray(before) || !Array.isArray(value)) return value;
  const list: unknown[] = lists.has(before) ? before : [...before];
  lists.add(list);
  for (const item of value) list.push(item);
  return list;
}
