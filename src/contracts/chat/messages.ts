import type { SpokenAnswer } from "./completion.ts";
import type { ContentPart, RefusalPart, TextPart } from "./content.ts";
import type { MessageExtensions } from "./extensions.ts";
import type { FunctionCall, ToolCall } from "./tools.ts";

/** Instructions of the application. */
export interface SystemMessage {
  role: "system";
  content: string | TextPart[];
  /** Name that tells participants of the same role apart. */
  name?: string | undefined;
}

/** Instructions of the application, under the role that OpenAI's newer models know. */
export interface DeveloperMessage {
  role: "developer";
  content: string | TextPart[];
  /** Name that tells participants of the same role apart. */
  name?: string | undefined;
}

/** A turn of the user. */
export interface UserMessage {
  role: "user";
  content: string | ContentPart[];
  /** Name that tells participants of the same role apart. */
  name?: string | undefined;
}

/** Earlier turn of the model. The message of an answer can be sent back as it is. */
export interface AssistantMessage extends MessageExtensions {
  role: "assistant";
  /** Text of the turn. Absent or null if it only calls tools. */
  content?: string | (TextPart | RefusalPart)[] | null | undefined;
  /** Words in which the model refused to answer. */
  refusal?: string | null | undefined;
  tool_calls?: ToolCall[] | undefined;
  /** Name that tells participants of the same role apart. */
  name?: string | undefined;
  /** An earlier spoken answer: the model that spoke it knows it by its id, others read its transcript. */
  audio?: ({ id: string } & Partial<SpokenAnswer>) | null | undefined;
  /** @deprecated Replaced by `tool_calls`. */
  function_call?: FunctionCall | null | undefined;
}

/** Result of a tool call. */
export interface ToolMessage {
  role: "tool";
  /** Images, sound and files reach models whose interface has no place for them in a result as a message that follows. */
  content: string | ContentPart[];
  /** Id of the call. */
  tool_call_id: string;
}

/**
 * Result of a function call in the older form of the wire.
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
