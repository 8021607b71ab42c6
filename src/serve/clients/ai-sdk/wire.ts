/**
 * The parts of the AI SDK's specification V3 that are read and written here. Types of our own, so that the package
 * need not be installed; a test compares them with the package's. Not read-only where the package's are not.
 */

/** A value of JSON. */
export type JsonValue = null | string | number | boolean | JsonValue[] | JsonFields;
/** An object of JSON. */
export type JsonFields = { [key: string]: JsonValue | undefined };

/** Data of providers, by the name of the provider. */
export type ProviderData = Record<string, JsonFields>;

/** Data of a file behind a tag, as some versions pass it. */
export interface TaggedData {
  readonly type: "data" | "url" | "reference" | "text";
  readonly data?: Uint8Array | string;
  readonly url?: string | URL;
  readonly text?: string;
}

/** A part of a prompt's message. Versions differ, and callers may send anything: fields are checked when read. */
export interface PromptPart {
  readonly type: string;
  readonly text?: string;
  readonly data?: unknown;
  readonly mediaType?: string;
  readonly filename?: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly providerExecuted?: boolean;
  readonly providerOptions?: ProviderData;
}

export type PromptMessage =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user" | "assistant" | "tool"; readonly content: readonly PromptPart[] };

export interface FunctionTool {
  readonly type: "function";
  readonly name: string;
  readonly description?: string | undefined;
  readonly inputSchema: unknown;
  readonly strict?: boolean | undefined;
}

export interface ProviderTool {
  readonly type: "provider" | "provider-defined";
  readonly id: string;
  readonly name: string;
}

export type ToolChoice =
  | { readonly type: "auto" | "none" | "required" }
  | { readonly type: "tool"; readonly toolName: string };

/** Options of one call. */
export interface CallSettings {
  readonly prompt: readonly PromptMessage[];
  readonly maxOutputTokens?: number | undefined;
  readonly temperature?: number | undefined;
  readonly stopSequences?: readonly string[] | undefined;
  readonly topP?: number | undefined;
  readonly topK?: number | undefined;
  readonly presencePenalty?: number | undefined;
  readonly frequencyPenalty?: number | undefined;
  readonly responseFormat?:
    | { readonly type: "text" }
    | {
        readonly type: "json";
        readonly schema?: unknown;
        readonly name?: string | undefined;
        readonly description?: string | undefined;
      }
    | undefined;
  readonly seed?: number | undefined;
  readonly tools?: readonly (FunctionTool | ProviderTool)[] | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  readonly includeRawChunks?: boolean | undefined;
  readonly abortSignal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Effort of reasoning, since `ai` 7. */
  readonly reasoning?: string | undefined;
  readonly providerOptions?: ProviderData | undefined;
}

export type Warning =
  | { type: "unsupported"; feature: string; details?: string }
  | { type: "other"; message: string };

export interface FinishReason {
  unified: "stop" | "length" | "content-filter" | "tool-calls" | "error" | "other";
  raw: string | undefined;
}

export interface Usage {
  inputTokens: {
    total: number | undefined;
    noCache: number | undefined;
    cacheRead: number | undefined;
    cacheWrite: number | undefined;
  };
  outputTokens: { total: number | undefined; text: number | undefined; reasoning: number | undefined };
  raw?: JsonFields;
}

export type Content =
  | { type: "text"; text: string; providerMetadata?: ProviderData }
  | { type: "reasoning"; text: string; providerMetadata?: ProviderData }
  | FileContent
  | { type: "source"; sourceType: "url"; id: string; url: string; title?: string }
  | {
      type: "tool-call";
      toolCallId: string;
      toolName: string;
      /** Arguments as JSON text. */
      input: string;
      providerMetadata?: ProviderData;
    };

/** An image or a recording that the model made, in base64. */
export interface FileContent {
  type: "file";
  mediaType: string;
  data: string;
}

export interface GenerateResult {
  content: Content[];
  finishReason: FinishReason;
  usage: Usage;
  providerMetadata?: ProviderData;
  response?: { id?: string; timestamp?: Date; modelId?: string };
  warnings: Warning[];
}

export type StreamPart =
  | { type: "stream-start"; warnings: Warning[] }
  | { type: "response-metadata"; id?: string; timestamp?: Date; modelId?: string }
  | { type: "text-start" | "reasoning-start"; id: string }
  | { type: "text-delta" | "reasoning-delta" | "tool-input-delta"; id: string; delta: string }
  | { type: "text-end" | "reasoning-end"; id: string; providerMetadata?: ProviderData }
  | { type: "tool-input-start"; id: string; toolName: string }
  | { type: "tool-input-end"; id: string }
  | Extract<Content, { type: "tool-call" | "file" | "source" }>
  | { type: "raw"; rawValue: unknown }
  | { type: "error"; error: unknown }
  | { type: "finish"; usage: Usage; finishReason: FinishReason; providerMetadata?: ProviderData };

/** A language model of specification V3. */
export interface AiSdkModel {
  readonly specificationVersion: "v3";
  readonly provider: string;
  readonly modelId: string;
  readonly supportedUrls: Record<string, RegExp[]>;
  doGenerate(options: CallSettings): Promise<GenerateResult>;
  doStream(options: CallSettings): Promise<{ stream: ReadableStream<StreamPart> }>;
}
