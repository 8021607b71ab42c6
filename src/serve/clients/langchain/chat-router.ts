import type { BaseLanguageModelInput } from "@langchain/core/language_models/base";
import {
  BaseChatModel,
  type BaseChatModelCallOptions,
  type BaseChatModelParams,
  type BindToolsInput,
  type LangSmithParams,
} from "@langchain/core/language_models/chat_models";
import type { ModelProfile } from "@langchain/core/language_models/profile";
import type { AIMessageChunk, BaseMessage } from "@langchain/core/messages";
import type { ChatGenerationChunk, ChatResult } from "@langchain/core/outputs";
import type { Runnable, RunnableConfig } from "@langchain/core/runnables";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import type {
  Capabilities,
  ChatRequest,
  ChatTool,
  ReasoningEffort,
  RouteRequest,
  Router,
  Routing,
} from "../../../contracts/index.ts";
import { readOption } from "../../../plugin/index.ts";
import { routingFields } from "../../../plugin/routing-fields.ts";
import { chatResult, generationChunk, lastChunk } from "./answer-messages.ts";
import { chatOfMessages } from "./chat-of-messages.ts";
import { type StructuredSettings, structuredOutput, tracedFormat } from "./structured-output.ts";

/** Options of a call: the routing fields, and fields of chat completions. */
export interface ChatRouterCallOptions extends BaseChatModelCallOptions, Mutable<Routing> {
  tools?: BindToolsInput[];
  response_format?: ChatRequest["response_format"];
  parallel_tool_calls?: boolean;
  reasoningEffort?: ReasoningEffort;
  temperature?: number;
  /** Largest number of tokens of the answer. */
  maxTokens?: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Options of the model: those of every call, which a call's own replace. */
export interface ChatRouterOptions extends BaseChatModelParams, Routing {
  readonly router: Router;
  readonly reasoningEffort?: ReasoningEffort | undefined;
  readonly temperature?: number | undefined;
  readonly maxTokens?: number | undefined;
}

/** Fields of `configurable` that are passed on; `thread_id` stands for `session` if that is absent. */
const configurableFields = ["session", "tenant", "category", "language"] as const;

const routerKind = {
  is: "object",
  methods: ["route", "stream"],
  expected: "a router of createRouter",
} as const;

type Parsed = BaseChatModel<ChatRouterCallOptions>["ParsedCallOptions"];

/**
 * A chat model of LangChain over a router: `new ChatRouter({ router })`. Tools, structured output, streams and usage as
 * with any other model; `response_metadata` has the model that answered and the decision. Session and tenant may come as
 * options of a call or in `configurable`. Errors are those of the router. Throws `InvalidOptionError`.
 */
export class ChatRouter extends BaseChatModel<ChatRouterCallOptions> {
  readonly #router: Router;
  readonly #defaults: Partial<ChatRouterOptions>;

  static override lc_name(): string {
    return "ChatRouter";
  }

  constructor(options: ChatRouterOptions) {
    const { router, ...rest } = options;
    super(rest);
    readOption(routerKind, "ChatRouter.router", router);
    this.#router = router;
    this.#defaults = rest;
  }

  _llmType(): string {
    return "switchpoint";
  }

  override get callKeys(): string[] {
    return [...super.callKeys, ...routingFields];
  }

  /** Capabilities that all models of the router are known to have, and the smallest limits. */
  override get profile(): ModelProfile {
    const models = Object.values(this.#router.models);
    const all = (key: keyof Capabilities) => models.every(({ capabilities }) => capabilities?.[key] === true);
    const least = (limits: readonly (number | undefined)[]) =>
      limits.some((limit) => limit === undefined) ? undefined : Math.min(...(limits as readonly number[]));
    const input = least(models.map(({ contextWindow }) => contextWindow));
    const output = least(models.map(({ maxOutputTokens }) => maxOutputTokens));
    return {
      toolCalling: all("tools"),
      imageInputs: all("images"),
      structuredOutput: all("jsonSchema"),
      reasoningOutput: all("reasoning"),
      audioInputs: all("audioInput"),
      ...(input !== undefined && { maxInputTokens: input }),
      ...(output !== undefined && { maxOutputTokens: output }),
    };
  }

  override bindTools(
    tools: BindToolsInput[],
    options: Partial<ChatRouterCallOptions> = {},
  ): Runnable<BaseLanguageModelInput, AIMessageChunk, ChatRouterCallOptions> {
    return this.withConfig({ ...options, tools: tools.map((tool) => convertToOpenAITool(tool)) });
  }

  /** Parameters of a call, for traces: no message, no key. */
  override invocationParams(options?: Parsed): Omit<ChatRequest & Routing, "messages"> {
    const given = { ...this.#defaults, ...(options as Partial<ChatRouterCallOptions> | undefined) };
    const { stop, tools, tool_choice: choice, response_format, parallel_tool_calls } = given;
    const { temperature, maxTokens, reasoningEffort } = given;
    const routing = routingFields
      .filter((field) => given[field] !== undefined)
      .map((field) => [field, given[field]] as const);
    const offered = tools?.map((tool) => convertToOpenAITool(tool) as ChatTool) ?? [];
    return {
      ...Object.fromEntries(routing),
      ...(stop !== undefined && { stop }),
      ...(temperature !== undefined && { temperature }),
      ...(maxTokens !== undefined && { max_completion_tokens: maxTokens }),
      ...(reasoningEffort !== undefined && { reasoning_effort: reasoningEffort }),
      ...(response_format !== undefined && { response_format }),
      ...(offered.length > 0 && { tools: offered }),
      ...(offered.length > 0 && choice !== undefined && { tool_choice: toolChoiceOf(choice) }),
      ...(offered.length > 0 && parallel_tool_calls !== undefined && { parallel_tool_calls }),
    };
  }

  override getLsParams(options: Parsed): LangSmithParams {
    const {
      model = "auto",
      temperature,
      max_completion_tokens: limit,
      stop,
    } = this.invocationParams(options);
    // Without a value too: LangChain's own models have each of these fields, and its standard tests ask for them.
    return {
      ls_provider: "switchpoint",
      ls_model_name: model,
      ls_model_type: "chat",
      ls_temperature: temperature ?? undefined,
      ls_max_tokens: limit ?? undefined,
      ls_stop: typeof stop === "string" ? [stop] : (stop ?? undefined),
    } as LangSmithParams;
  }

  async _generate(messages: BaseMessage[], options: Parsed): Promise<ChatResult> {
    const request = this.#requestOf(messages, options);
    return chatResult(await this.#router.route(request, { signal: options.signal }));
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: Parsed,
    runManager?: Parameters<BaseChatModel["_streamResponseChunks"]>[2],
  ): AsyncGenerator<ChatGenerationChunk> {
    const request = this.#requestOf(messages, options);
    const stream = this.#router.stream(request, { signal: options.signal });
    for await (const chunk of stream) {
      const piece = generationChunk(chunk);
      if (piece === undefined) continue;
      yield piece;
      await runManager?.handleLLMNewToken(piece.text, undefined, undefined, undefined, undefined, {
        chunk: piece,
      });
    }
    yield lastChunk(await stream.result);
  }

  /** LangChain keeps `configurable` from models: the fields that are meant for this one are taken out of it here. */
  protected override _separateRunnableConfigFromCallOptionsCompat(
    options?: Partial<ChatRouterCallOptions>,
  ): [RunnableConfig, Parsed] {
    const [config, call] = super._separateRunnableConfigFromCallOptionsCompat(options);
    const given: Readonly<Record<string, unknown>> = config.configurable ?? {};
    const found: Record<string, string> = {};
    const thread = given["thread_id"];
    if (typeof thread === "string") found["session"] = thread;
    for (const field of configurableFields) {
      const value = given[field];
      if (typeof value === "string") found[field] = value;
    }
    return [config, { ...found, ...call }];
  }

  static {
    // Not a method: LangChain's six overloads of it hold for this one as they are.
    const base = ChatRouter.prototype.withStructuredOutput as StructuredOutput;
    const own: StructuredOutput = function (this: ChatRouter, schema, settings = {}) {
      const { method = "jsonSchema", ...rest } = settings;
      const methods = { is: "choice", of: ["jsonSchema", "functionCalling"] } as const;
      readOption(methods, "withStructuredOutput.method", method);
      if (method === "jsonSchema") return structuredOutput(this, schema, rest);
      const traced = tracedFormat("function_calling", schema);
      const named = { bindTools: (tools: BindToolsInput[]) => this.bindTools(tools, traced) };
      // All that LangChain's own asks of a model is this function.
      return base.call(named as ChatRouter, schema, rest);
    };
    Object.defineProperty(ChatRouter.prototype, "withStructuredOutput", { value: own, configurable: true });
  }

  #requestOf(messages: readonly BaseMessage[], options: Parsed): RouteRequest {
    return { messages: chatOfMessages(messages), ...this.invocationParams(options) };
  }
}

type StructuredOutput = (this: ChatRouter, schema: object, settings?: StructuredSettings) => unknown;

function toolChoiceOf(choice: unknown): ChatRequest["tool_choice"] {
  if (choice === "any" || choice === "required") return "required";
  if (choice === "auto" || choice === "none") return choice;
  if (typeof choice === "string") return { type: "function", function: { name: choice } };
  return choice as ChatRequest["tool_choice"];
}
