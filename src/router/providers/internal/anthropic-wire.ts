/**
 * The part of Anthropic's Messages API that the adapter uses. The types are our own, because the SDK is an
 * optional peer that no declaration file of ours may mention; a type test compares them with the SDK's.
 */
export type AnthropicVersion = "2026-10-21" | "2023-06-01";

export interface TextBlock {
  readonly type: "text";
  readonly text: string;
}

export type ImageMediaType = "image/jpeg" | "image/png" | "image/gif" | "image/webp";

export interface ImageBlock {
  readonly type: "image";
  readonly source:
    | { readonly type: "base64"; readonly media_type: ImageMediaType; readonly data: string }
    | { readonly type: "url"; readonly url: string };
}

export interface DocumentBlock {
  readonly type: "document";
  readonly source: { readonly type: "base64"; readonly media_type: "application/pdf"; readonly data: string };
  readonly title?: string;
}

/** Reasoning with the signature that the API verifies. */
export type ThinkingBlock =
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string };

export interface ToolUseBlock {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ToolResultBlock {
  readonly type: "tool_result";
  readonly tool_use_id: string;
  readonly content?: TextBlock[];
}

export type ContentBlock =
  | TextBlock
  | ImageBlock
  | DocumentBlock
  | ThinkingBlock
  | ToolUseBlock
  | ToolResultBlock;

export interface Turn {
  readonly role: "user" | "assistant";
  readonly content: ContentBlock[];
}

export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: { readonly type: "object"; readonly [key: string]: unknown };
  readonly strict?: boolean;
}

export type ToolChoice =
  | { readonly type: "none" }
  | { readonly type: "auto" | "any"; readonly disable_parallel_tool_use?: boolean }
  | { readonly type: "tool"; readonly name: string; readonly disable_parallel_tool_use?: boolean };

export type Effort = "low" | "medium" | "high" | "xhigh" | "max";

export type Thinking =
  | { readonly type: "adaptive" }
  | { readonly type: "disabled" }
  | { readonly type: "enabled"; readonly budget_tokens: number };

export interface MessagesBody {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: Turn[];
  readonly system?: string;
  readonly tools?: ToolDefinition[];
  readonly tool_choice?: ToolChoice;
  readonly stop_sequences?: string[];
  readonly metadata?: { readonly user_id: string };
  readonly service_tier?: "auto" | "standard_only";
  readonly thinking?: Thinking;
  readonly output_config?: {
    readonly effort?: Effort;
    readonly format?: { readonly type: "json_schema"; readonly schema: { readonly [key: string]: unknown } };
  };
  /** Accepted by version 2023-06-01 only. */
  readonly temperature?: number;
  /** Accepted by version 2023-06-01 only. */
  readonly top_p?: number;
}

/** Token counts of one sampling. `input_tokens` excludes tokens read from and written to the cache. */
export interface AnswerCounts {
  readonly input_tokens?: number | null;
  readonly output_tokens?: number | null;
  readonly cache_creation_input_tokens?: number | null;
  readonly cache_read_input_tokens?: number | null;
  /** Parts of `cache_creation_input_tokens` by the time for which they are kept. */
  readonly cache_creation?: {
    readonly ephemeral_5m_input_tokens?: number | null;
    readonly ephemeral_1h_input_tokens?: number | null;
  } | null;
}

/** One of the samplings of an answer. */
export interface AnswerIteration extends AnswerCounts {
  /** `message`: in the counts of the answer. `compaction` and `advisor_message`: billed, and in no other count. */
  readonly type?: string;
  /** Model of an `advisor_message`. */
  readonly model?: string;
}

export interface AnswerUsage extends AnswerCounts {
  readonly iterations?: readonly AnswerIteration[] | null;
  /** Calls of the provider's tools, by kind. */
  readonly server_tool_use?: object | null;
  readonly service_tier?: string | null;
  /** `fast` for the mode of that name, which has a price of its own. */
  readonly speed?: string | null;
  readonly output_tokens_details?: { readonly thinking_tokens?: number | null } | null;
}

/** A place that a text cites. Its fields depend on its type. */
export interface AnswerCitation {
  readonly type?: string;
  readonly url?: string | null;
  readonly title?: string | null;
  /** Name of a search result of the caller's own. */
  readonly source?: string | null;
  readonly document_index?: number;
  readonly document_title?: string | null;
  readonly file_id?: string | null;
}

/** A block of an answer. Its fields depend on its type; blocks of unknown types are kept as they came. */
export interface AnswerBlock {
  readonly type: string;
  readonly text?: string;
  readonly thinking?: string;
  readonly signature?: string;
  readonly data?: string;
  readonly id?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly citations?: readonly AnswerCitation[] | null;
  /** Absent or of the type `direct` unless code that the provider ran calls the tool. */
  readonly caller?: { readonly type?: string } | null;
  /** Summary of a `compaction`; result of a tool of the provider. */
  readonly content?: unknown;
  /**
   * Not part of the API: the input of a streamed call as received; it is incomplete if the call was cut
   * off.
   */
  readonly input_json?: string | undefined;
}

export interface AnswerMessage {
  readonly id: string;
  readonly model: string;
  readonly content: readonly AnswerBlock[];
  readonly stop_reason: string | null;
  readonly stop_details?: { readonly explanation?: string | null } | null;
  readonly usage?: AnswerUsage;
}

/** An event of a streamed answer. Its fields depend on its type; events of unknown types are skipped. */
export interface AnswerEvent {
  readonly type: string;
  readonly message?: AnswerMessage;
  readonly index?: number;
  readonly content_block?: AnswerBlock;
  readonly delta?: {
    readonly type?: string;
    readonly text?: string;
    readonly partial_json?: string;
    readonly thinking?: string;
    readonly signature?: string;
    readonly citation?: AnswerCitation;
    /** Summary in a `compaction_delta`. */
    readonly content?: string | null;
    readonly encrypted_content?: string | null;
    readonly stop_reason?: string | null;
    readonly stop_details?: AnswerMessage["stop_details"];
  };
  readonly usage?: AnswerUsage;
}
