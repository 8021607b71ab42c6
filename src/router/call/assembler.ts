import type { Completion, CompletionChunk, TokenLogprob, ToolCall } from "../../contracts/index.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { createGrowingText } from "../../plugin/growing-text.ts";
import { AnswerFields } from "./answer-fields.ts";
import { createContentFilters } from "./content-filters.ts";
import { createGrowingAudio, type GrowingAudio } from "./growing-audio.ts";
import { mostUsage } from "./most-usage.ts";
import { reasoningOf } from "./written-text.ts";

type Delta = CompletionChunk["choices"][number]["delta"];
type Choice = Completion["choices"][number];

/** Part of an answer that has arrived. */
export interface Received {
  /** All that the model wrote: content, refusal, reasoning and tool calls. */
  readonly written: string;
  /** Usage that the server has told by then. */
  readonly usage?: CompletionChunk["usage"];
  /** Name of the model that answers, according to the server. */
  readonly model?: string | undefined;
  readonly serviceTier?: CompletionChunk["service_tier"];
  /** True if nothing more was written: the answer ended, by a failure. */
  readonly isWhole?: boolean | undefined;
  /** True if the connection broke off: the provider may have written on. */
  readonly isBroken?: boolean | undefined;
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
  "audio",
]);

export function createAssembler(): Assembler {
  return new ChunkAssembler();
}

// A class: a getter in an object literal makes a hidden class a call, which keeps the call alive until a full collection.
class ChunkAssembler implements Assembler {
  #id = "";
  #created = 0;
  #model = "";
  readonly #text = createGrowingText();
  readonly #filters = createContentFilters();
  readonly #fields = new AnswerFields();
  #audio: GrowingAudio | undefined;
  #refusal = "";
  #finishReason: Choice["finish_reason"] | undefined;
  #nativeReason: string | undefined;
  #usage: CompletionChunk["usage"];
  /** The most usage that was told, also before more content. */
  #told: CompletionChunk["usage"];
  #serviceTier: CompletionChunk["service_tier"];
  readonly #toolCalls: ToolCall[] = [];
  // Fields of a provider beyond OpenAI's: reasoning text, thinking blocks …
  // Without a prototype: a server names them, and could name one "__proto__".
  readonly #extras: Record<string, unknown> = Object.create(null);
  // Lists of our own, to which more is added in place: copying one at each chunk would take a square of time.
  readonly #lists = new Set<unknown>();
  #characters = 0;
  readonly #others = createGrowingText();
  // Present only where the request asked for them; a check of the whole answer reads them.
  readonly #tokens: TokenLogprob[] = [];
  #areWhole = true;

  add(chunk: CompletionChunk): void {
    this.#id = chunk.id || this.#id;
    this.#created = chunk.created || this.#created;
    this.#model = chunk.model || this.#model;
    this.#serviceTier = chunk.service_tier ?? this.#serviceTier;
    this.#filters.add(chunk);
    this.#fields.add(chunk);
    const choice = chunk.choices[0];
    // A copy: the consumer gets the chunk, and the call is billed by it.
    if (chunk.usage) {
      this.#told = mostUsage(this.#told, copyOf(chunk.usage));
      this.#usage = this.#told;
    }
    // A count of the output from before more content is not that of the answer.
    else if (this.#usage && choice?.delta?.content)
      this.#usage = { prompt_tokens: this.#usage.prompt_tokens } as CompletionChunk["usage"];
    if (choice === undefined) return;
    if (choice.delta) this.#addDelta(choice.delta);
    this.#addLogprobs(choice.logprobs);
    if (!choice.finish_reason) return;
    this.#finishReason = choice.finish_reason;
    this.#nativeReason = choice.native_finish_reason ?? undefined;
  }

  get text(): string {
    return this.#text.toString();
  }

  get characters(): number {
    return this.#characters;
  }

  get finishReason(): Choice["finish_reason"] | undefined {
    return this.#finishReason;
  }

  received(): Received {
    return {
      written: this.#text.toString() + this.#others.toString(),
      usage: this.#told,
      model: this.#model === "" ? undefined : this.#model,
      serviceTier: this.#serviceTier,
    };
  }

  completion(): Completion {
    const content = this.#text.toString();
    const toolCalls = this.#toolCalls;
    const audio = this.#audio?.whole();
    const isSilent = content === "" && (toolCalls.length > 0 || audio !== undefined);
    const message: Choice["message"] = {
      ...this.#extras,
      role: "assistant",
      content: isSilent ? null : content,
      refusal: this.#refusal === "" ? null : this.#refusal,
      ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
      ...(audio !== undefined ? { audio } : {}),
    };
    return {
      id: this.#id,
      created: this.#created,
      model: this.#model,
      object: "chat.completion",
      choices: [
        {
          index: 0,
          message,
          finish_reason: this.#finishReason ?? "stop",
          ...(this.#nativeReason !== undefined ? { native_finish_reason: this.#nativeReason } : {}),
          logprobs: this.#tokens.length === 0 ? null : { content: this.#tokens, refusal: null },
          ...this.#filters.ofChoice,
        },
      ],
      ...this.#fields.all,
      ...(this.#usage ? { usage: this.#usage } : {}),
      ...(this.#serviceTier ? { service_tier: this.#serviceTier } : {}),
    };
  }

  #addOther(piece: unknown): void {
    if (typeof piece !== "string" || piece === "") return;
    this.#others.add(piece);
    this.#characters += piece.length;
  }

  #addDelta(delta: Delta): void {
    if (typeof delta.content === "string") {
      this.#text.add(delta.content);
      this.#characters += delta.content.length;
    }
    if (delta.refusal) {
      this.#refusal += delta.refusal;
      this.#addOther(delta.refusal);
    }
    for (const call of delta.tool_calls ?? []) {
      addToolCall(this.#toolCalls, call);
      this.#addOther(call.function?.name);
      this.#addOther(call.function?.arguments);
      this.#addOther(call.custom?.name);
      this.#addOther(call.custom?.input);
    }
    if (delta.audio) {
      this.#audio ??= createGrowingAudio();
      this.#audio.add(delta.audio);
      this.#addOther(delta.audio.transcript);
    }
    this.#addOther(reasoningOf(delta));
    for (const key in delta) {
      if (knownFields.has(key) || !Object.hasOwn(delta, key)) continue;
      // A copy: the consumer gets the chunk, and may change it.
      const value = copyOf(delta[key as keyof Delta]);
      this.#extras[key] = joined(this.#extras[key], value, this.#lists);
    }
  }

  #addLogprobs(logprobs: CompletionChunk["choices"][number]["logprobs"]): void {
    const more: readonly TokenLogprob[] | null | undefined = logprobs?.content;
    if (!Array.isArray(more) || more.length === 0) return;
    const tokens = this.#tokens;
    if (tokens.length + more.length > logprobLimit) {
      // Part of them would be taken for those of the whole answer.
      this.#areWhole = false;
      tokens.length = 0;
    }
    if (this.#areWhole) for (const token of more) tokens.push(copyOf(token));
  }
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
  const { index, id, type, function: part, custom, ...extras } = delta;
  if (custom && calls[at]?.type === "function")
    calls[at] = { id: calls[at].id, type: "custom", custom: { name: "", input: "" } };
  const call = calls[at] as ToolCall;
  if (id) call.id = id;
  if (call.type === "custom") {
    if (custom?.name) call.custom.name += custom.name;
    if (custom?.input) call.custom.input += custom.input;
  } else {
    if (part?.name) call.function.name += part.name;
    if (part?.arguments) call.function.arguments += part.arguments;
  }
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
