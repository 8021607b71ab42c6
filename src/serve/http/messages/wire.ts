/** The parts of Anthropic's Messages API that are read and written here. Fields that are not known are left alone. */

export interface MessageBlock {
  readonly type?: unknown;
  readonly text?: unknown;
  readonly source?: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  readonly input?: unknown;
  readonly tool_use_id?: unknown;
  readonly content?: unknown;
  readonly is_error?: unknown;
  readonly thinking?: unknown;
  readonly signature?: unknown;
  readonly data?: unknown;
  readonly title?: unknown;
  readonly context?: unknown;
  readonly tool_name?: unknown;
}

export interface MessageUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
}

export type StopReason = "end_turn" | "max_tokens" | "tool_use" | "refusal";
