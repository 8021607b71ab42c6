/** JSON Schema, as a plain object. */
export type JsonSchema = { [key: string]: unknown };

/** Definition of a function that the model may call. */
export interface FunctionDefinition {
  /** Name of at most 64 characters of `[A-Za-z0-9_-]`. */
  name: string;
  /** Description of the function, by which the model chooses. */
  description?: string | undefined;
  /** Schema of the arguments. Absent if the function takes none. */
  parameters?: JsonSchema | undefined;
  /** True if the arguments must follow the schema exactly. Default false. */
  strict?: boolean | null | undefined;
}

/** A function, offered as a tool. */
export interface FunctionTool {
  type: "function";
  function: FunctionDefinition;
}

/** A tool that takes text instead of JSON. */
export interface CustomTool {
  type: "custom";
  custom: {
    name: string;
    description?: string | undefined;
    /** Form of the input. Default: any text. */
    format?:
      | { type: "text" }
      | { type: "grammar"; grammar: { definition: string; syntax: "lark" | "regex" } }
      | undefined;
  };
}

/** A tool that a request offers. */
export type ChatTool = FunctionTool | CustomTool;

/**
 * Rule for which tools the model calls: its own choice, none, at least one, a certain one, or one of
 * several.
 */
export type ToolChoice =
  | "auto"
  | "none"
  | "required"
  | { type: "function"; function: { name: string } }
  | { type: "custom"; custom: { name: string } }
  | {
      type: "allowed_tools";
      /** Tools to choose from, each as `{ type: "function", function: { name } }`. */
      allowed_tools: { mode: "auto" | "required"; tools: { [key: string]: unknown }[] };
    };

/** A call of a function, requested by the model. */
export interface FunctionToolCall {
  /** Id that the message with the result names as `tool_call_id`. */
  id: string;
  type: "function";
  function: {
    name: string;
    /** Arguments as the model wrote them: JSON that may be broken or not follow the schema. */
    arguments: string;
  };
}

/** A call of a custom tool, requested by the model. */
export interface CustomToolCall {
  /** Id that the message with the result names as `tool_call_id`. */
  id: string;
  type: "custom";
  custom: { name: string; input: string };
}

/** A call of a tool, requested by the model. */
export type ToolCall = FunctionToolCall | CustomToolCall;

/** A call of a function in the older form of the wire, before there were tools. */
export interface FunctionCall {
  name: string;
  /** Arguments as the model wrote them. */
  arguments: string;
}
