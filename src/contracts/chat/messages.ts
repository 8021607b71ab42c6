import type { ContentPart, RefusalPart, TextPart } from "./content.ts";
import type { FunctionCall, ToolCall } from "./tools.ts";

/** Instructions of the application. */
export interface SystemMessage {
  role: "system";
  content: string | TextPart[];
  /** Tells participants of the same role apart. */
  name?: string | undefined;
}

/** Instructions of the application, under the name that OpenAI's newer models have for them. */
export interface DeveloperMessage {
  role: "developer";
  content: string | TextPart[];
  /** Tells participants of the same role apart. */
  name?: string | undefined;
}

/** A turn of the user. */
export interface UserMessage {
  role: "user";
  content: string | ContentPart[];
  /** Tells participants of the same role apart. */
  name?: string | undefined;
}

/** An earlier turn of the model: the message of an answer can be sent back as it is. */
export interface AssistantMessage {
  role: "assistant";
  /** Absent or null beside calls of tools. */
  content?: string | (TextPart | RefusalPart)[] | null | undefined;
  /** The words in which it refused to answer. */
  refusal?: string | null | undefined;
  tool_calls?: ToolCall[] | undefined;
  /** Tells participants of the same role apart. */
  name?: string | undefined;
  /** An earlier spoken answer. */
  audio?: { id: string } | null | undefined;
  /** @deprecated Replaced by `tool_calls`. */
  function_call?: FunctionCall | null | undefined;
}

/** The result of a tool call. */
export interface ToolMessage {
  role: "tool";
  content: string | TextPart[];
  /** The `id` of the call. */
  tool_call_id: string;
}

/**
 * The result of a call in the wire's older form.
 * @deprecated Replaced by `ToolMessage`.
 */
export interface FunctionMessage {
  role: "function";
  content: string | null;
  /** Name of the function. */
  name: string;
}

/** One message in the shape of OpenAI chat completions. */
export type ChatMessage =
  | SystemMessage
  | DeveloperMessage
  | UserMessage
  | AssistantMessage
  | ToolMessage
  | FunctionMessage;
