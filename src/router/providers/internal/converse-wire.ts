/**
 * The part of Bedrock's Converse API that is written or read here (`bedrock-runtime` 2023-09-30, as in version 3.1164 of AWS's
 * client). Bytes are base64 in JSON. A block has one field, which names its kind; an answer may hold kinds that do not exist yet.
 */
export interface ConverseBlock {
  readonly text?: string;
  readonly image?: { readonly format: string; readonly source: ConverseSource };
  readonly document?: { readonly format: string; readonly name: string; readonly source: ConverseSource };
  readonly toolUse?: ConverseToolUse;
  readonly toolResult?: {
    readonly toolUseId: string;
    readonly content: readonly ConverseBlock[];
    readonly status?: string;
  };
  readonly reasoningContent?: ConverseReasoning;
  readonly citationsContent?: {
    readonly content?: readonly { readonly text?: string }[];
    readonly citations?: readonly ConverseCitation[];
  };
  readonly cachePoint?: { readonly type: "default"; readonly ttl?: "5m" | "1h" };
}

export type ConverseSource = { readonly bytes: string } | { readonly s3Location: { readonly uri: string } };

export interface ConverseToolUse {
  readonly toolUseId: string;
  readonly name: string;
  readonly input: unknown;
  /** `server_tool_use` for a tool that runs at the provider. Some models name the others `tool_use`. */
  readonly type?: string;
}

export interface ConverseReasoning {
  readonly reasoningText?: { readonly text: string; readonly signature?: string };
  /** Base64 that only the provider can read. */
  readonly redactedContent?: string;
}

export interface ConverseCitation {
  readonly title?: string;
  readonly source?: string;
  readonly location?: {
    readonly web?: { readonly url?: string };
    readonly documentChar?: { readonly documentIndex?: number };
    readonly documentPage?: { readonly documentIndex?: number };
    readonly documentChunk?: { readonly documentIndex?: number };
    readonly searchResultLocation?: { readonly searchResultIndex?: number };
  };
}

export interface ConverseTurn {
  readonly role: "user" | "assistant";
  readonly content: ConverseBlock[];
}

export interface ConverseTool {
  readonly toolSpec: {
    readonly name: string;
    readonly description?: string;
    readonly inputSchema: { readonly json: object };
    readonly strict?: boolean;
  };
}

export interface ConverseBody {
  readonly messages: readonly ConverseTurn[];
  readonly system?: readonly ConverseBlock[];
  readonly inferenceConfig?: {
    readonly maxTokens?: number;
    readonly temperature?: number;
    readonly topP?: number;
    readonly stopSequences?: readonly string[];
  };
  readonly toolConfig?: { readonly tools: readonly ConverseTool[]; readonly toolChoice?: object };
  readonly outputConfig?: object;
  readonly serviceTier?: { readonly type: string };
  readonly additionalModelRequestFields?: Readonly<Record<string, unknown>>;
}

/** Counts of tokens. `inputTokens` leaves out those that were read from the cache or written to it. */
export interface ConverseUsage {
  readonly inputTokens?: unknown;
  readonly outputTokens?: unknown;
  readonly cacheReadInputTokens?: unknown;
  readonly cacheWriteInputTokens?: unknown;
  readonly cacheDetails?: unknown;
}

/** Facts that follow the message of an answer, in a stream as the event `metadata`. */
export interface ConverseMetadata {
  readonly usage?: ConverseUsage | null;
  readonly metrics?: { readonly latencyMs?: number };
  readonly trace?: { readonly promptRouter?: { readonly invokedModelId?: unknown } } | null;
  readonly performanceConfig?: { readonly latency?: unknown } | null;
  readonly serviceTier?: { readonly type?: unknown } | null;
  readonly additionalModelResponseFields?: unknown;
}

export interface ConverseAnswer extends ConverseMetadata {
  readonly output?: { readonly message?: { readonly content?: readonly ConverseBlock[] } | null } | null;
  readonly stopReason?: unknown;
}
