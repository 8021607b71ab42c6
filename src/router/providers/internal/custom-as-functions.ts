import type {
  CallOptions,
  ChatMessage,
  ChatRequest,
  ChatTool,
  Completion,
  CompletionChunk,
  Model,
  ToolCall,
} from "../../../contracts/index.ts";
import { atHand, handsOver, type TakeAtHand } from "../../../plugin/at-hand.ts";
import { asksLike } from "../../../plugin/call-abort.ts";
import { isFunctionTool } from "./function-tool.ts";
import { InputReader } from "./input-reader.ts";

type Calls = Pick<Model, "generate" | "stream">;

/**
 * Lets a model that knows functions alone take custom tools: each goes to it as a function of one text, `{ input }`, and its calls come
 * back as those of the custom tool, whole or piece by piece. A grammar is told, and not enforced: it is reported as dropped. All
 * else stays as it is, and a model that takes custom tools: `capabilities` say it, or else `isKnownToTake`.
 */
export function customAsFunctions<Given extends Calls & Pick<Model, "capabilities">>(
  model: Given,
  isKnownToTake = false,
): Given {
  if (model.capabilities?.customTools ?? isKnownToTake) return model;
  const { generate, stream } = model;
  return {
    ...model,
    generate: asksLike(generate, (request: ChatRequest, options: CallOptions) => {
      const mapped = mappedOf(request, options);
      if (mapped === undefined) return generate(request, options);
      return generate(mapped.request, options).then((answer) => completionBack(answer, mapped.names));
    }),
    stream: asksLike(stream, (request: ChatRequest, options: CallOptions) => {
      const mapped = mappedOf(request, options);
      if (mapped === undefined) return stream(request, options);
      return new ChunksBack(stream(mapped.request, options), mapped.names);
    }),
  };
}

/**
 * True for a model of OpenAI that takes custom tools, as far as is known, by both interfaces. They came with GPT-5
 * (https://github.com/Arize-ai/openinference/issues/2083, 2025-08-12); older models refuse their type.
 */
export function takesCustomTools(model: string): boolean {
  return /^(?:gpt-(?:[5-9]|\d\d)|codex-|gpt-daybreak)/i.test(model.trim());
}

/** Names of custom tools, by those of the functions that stand for them. */
type CustomNames = ReadonlyMap<string, string>;

interface Mapped {
  readonly request: ChatRequest;
  readonly names: CustomNames;
}

/** Undefined: the request has no custom tool, or goes as its sender wrote it. */
function mappedOf(request: ChatRequest, { native, onDropped }: CallOptions): Mapped | undefined {
  if (native !== undefined) return undefined;
  const mapped = toFunctions(request);
  if (mapped !== undefined && request.tools?.some((tool) => isCustom(tool) && grammarOf(tool) !== undefined))
    onDropped?.("tools.custom.format");
  return mapped;
}

/** Returns the request with functions in place of custom tools; undefined if it has none. */
export function toFunctions(request: ChatRequest): Mapped | undefined {
  const { tools, messages, tool_choice: choice } = request;
  const offersCustom = tools?.some(isCustom) === true;
  if (!offersCustom && !messages.some(callsCustom)) return undefined;
  const functions = new Set(tools?.flatMap((tool) => (isFunctionTool(tool) ? [tool.function.name] : [])));
  const names = new Map<string, string>();
  const mappedNames = new Map<string, string>();
  for (const tool of tools ?? []) {
    if (!isCustom(tool) || mappedNames.has(tool.custom.name)) continue;
    const name = freeName(tool.custom.name, functions);
    functions.add(name);
    names.set(name, tool.custom.name);
    mappedNames.set(tool.custom.name, name);
  }
  // Earlier calls of tools that are no longer there keep their names: a function of one is what has taken its place.
  const nameOf = (custom: string): string => mappedNames.get(custom) ?? custom;
  for (const message of messages)
    if (callsCustom(message))
      for (const call of message.tool_calls ?? [])
        if (call.type === "custom" && !functions.has(nameOf(call.custom.name)))
          names.set(call.custom.name, call.custom.name);
  return {
    names,
    request: {
      ...request,
      messages: messages.map((message) =>
        callsCustom(message)
          ? { ...message, tool_calls: message.tool_calls?.map((call) => callAsFunction(call, nameOf)) }
          : message,
      ),
      ...(tools && { tools: tools.map((tool) => (isCustom(tool) ? toolAsFunction(tool, nameOf) : tool)) }),
      ...(choice && { tool_choice: choiceAsFunction(choice, nameOf) }),
    },
  };
}

type CustomTool = Extract<ChatTool, { type: "custom" }>;
type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;
type NameOf = (custom: string) => string;

function isCustom(tool: ChatTool): tool is CustomTool {
  return (
    tool.type === "custom" && typeof (tool.custom as Partial<CustomTool["custom"]> | null)?.name === "string"
  );
}

function callsCustom(message: ChatMessage): message is AssistantMessage {
  return message.role === "assistant" && message.tool_calls?.some(({ type }) => type === "custom") === true;
}

/** Longest name of a function. */
const longestName = 64;

/** Returns the name, or one like it where a function has it already. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let count = 2, free = name; ; count += 1) {
    if (!taken.has(free)) return free;
    const end = `_${count}`;
    free = name.slice(0, longestName - end.length) + end;
  }
}

function grammarOf({ custom: { format } }: CustomTool): { definition: string; syntax: string } | undefined {
  return format?.type === "grammar" ? format.grammar : undefined;
}

function toolAsFunction(tool: CustomTool, nameOf: NameOf): ChatTool {
  const { name, description } = tool.custom;
  const grammar = grammarOf(tool);
  const about = [
    ...(description === undefined ? [] : [description]),
    ...(grammar === undefined
      ? []
      : [`The text \`input\` follows this grammar (${grammar.syntax}):\n${grammar.definition}`]),
  ].join("\n\n");
  return {
    type: "function",
    function: {
      name: nameOf(name),
      ...(about !== "" && { description: about }),
      parameters: {
        type: "object",
        properties: { input: { type: "string", description: "The whole input of the tool, as plain text." } },
        required: ["input"],
        additionalProperties: false,
      },
    },
  };
}

/** Keeps further fields of a call, which its writer may need. */
function callAsFunction(call: ToolCall, nameOf: NameOf): ToolCall {
  if (call.type !== "custom") return call;
  const { custom, ...others } = call;
  const json = JSON.stringify({ input: custom.input });
  return { ...others, type: "function", function: { name: nameOf(custom.name), arguments: json } };
}

type Choice = NonNullable<ChatRequest["tool_choice"]>;

function choiceAsFunction(choice: Choice, nameOf: NameOf): Choice {
  if (typeof choice === "string") return choice;
  if (choice.type === "custom") return { type: "function", function: { name: nameOf(choice.custom.name) } };
  if (choice.type !== "allowed_tools") return choice;
  const { mode, tools } = choice.allowed_tools;
  const allowed = tools.map((tool) => {
    const { name } = (tool["custom"] ?? {}) as { readonly name?: unknown };
    if (tool["type"] !== "custom" || typeof name !== "string") return tool;
    return { type: "function", function: { name: nameOf(name) } };
  });
  return { ...choice, allowed_tools: { mode, tools: allowed } };
}

/** Returns an answer with calls of custom tools in place of those of their functions. */
export function completionBack(answer: Completion, names: CustomNames): Completion {
  const isMapped = (call: ToolCall) => call.type === "function" && names.has(call.function.name);
  if (!answer.choices.some(({ message }) => message.tool_calls?.some(isMapped))) return answer;
  const choices = answer.choices.map((choice) => {
    const calls = choice.message.tool_calls?.map((call): ToolCall => {
      if (call.type !== "function") return call;
      const name = names.get(call.function.name);
      if (name === undefined) return call;
      const { function: called, ...others } = call;
      const reader = new InputReader();
      const input = reader.add(called.arguments) + reader.end();
      return { ...others, type: "custom", custom: { name, input } };
    });
    return { ...choice, message: { ...choice.message, ...(calls && { tool_calls: calls }) } };
  });
  return { ...answer, choices };
}

type CallDelta = NonNullable<CompletionChunk["choices"][number]["delta"]["tool_calls"]>[number];

/** The chunks of an answer, with calls of custom tools in place of those of their functions. One chunk for each. */
export class ChunksBack implements AsyncIterableIterator<CompletionChunk> {
  readonly #chunks: AsyncIterator<CompletionChunk>;
  readonly #take: TakeAtHand<CompletionChunk> | undefined;
  readonly #names: CustomNames;
  /** Calls of custom tools that have begun, by their index. */
  readonly #open = new Map<number, InputReader>();
  #last = -1;

  constructor(chunks: AsyncIterable<CompletionChunk>, names: CustomNames) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#take = atHand(this.#chunks);
    this.#names = names;
  }

  static {
    handsOver(ChunksBack.prototype.next, ChunksBack.prototype.takeReady);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<CompletionChunk>> {
    const { done, value } = await this.#chunks.next();
    return done ? { done, value } : { done: false, value: this.#back(value) };
  }

  takeReady(): CompletionChunk | undefined {
    const chunk = this.#take?.();
    return chunk && this.#back(chunk);
  }

  async return(): Promise<IteratorResult<CompletionChunk>> {
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }

  #back(chunk: CompletionChunk): CompletionChunk {
    const [choice] = chunk.choices;
    if (choice === undefined) return chunk;
    const { tool_calls: given = [] } = choice.delta;
    const isEnd = choice.finish_reason !== null && choice.finish_reason !== undefined && this.#open.size > 0;
    if (given.length === 0 && !isEnd) return chunk;
    const calls = given.map((one) => this.#callBack(one));
    if (isEnd)
      for (const [index, reader] of this.#open) {
        const input = reader.end();
        if (input !== "") calls.push({ index, custom: { input } });
      }
    if (calls.every((call, at) => call === given[at])) return chunk;
    return { ...chunk, choices: [{ ...choice, delta: { ...choice.delta, tool_calls: calls } }] };
  }

  #callBack(delta: CallDelta): CallDelta {
    const { function: called, type: _, ...others } = delta;
    // Some servers leave the index out: a piece with an id then begins a call.
    const index = delta.index ?? (delta.id ? this.#last + 1 : this.#last);
    this.#last = Math.max(this.#last, index);
    const name = called?.name ? this.#names.get(called.name) : undefined;
    let reader = this.#open.get(index);
    if (reader === undefined) {
      if (name === undefined) return delta;
      reader = new InputReader();
      this.#open.set(index, reader);
    }
    const input = reader.add(called?.arguments ?? "");
    return { ...others, custom: { ...(name !== undefined && { name }), input } };
  }
}
