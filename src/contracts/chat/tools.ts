/** JSON Schema, as a plain object. */
export type JsonSchema = { [key: string]: unknown };

/** A function that the model may ask for: its name and the schema of its arguments. */
export interface FunctionDefinition {
  /** At most 64 characters of `[A-Za-z0-9_-]`. */
  name: string;
  /** What the function does: the model chooses by it. */
  description?: string | undefined;
  /** Absent: the function takes none. */
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
    /** What its input looks like. Default: any text. */
    format?:
      | { type: "text" }
      | { type: "grammar"; grammar: { definition: string; syntax: "lark" | "regex" } }
      | undefined;
  };
}

/** A tool that a request offers. */
export type ChatTool = FunctionTool | CustomTool;

/** Which tool the model calls: its own choice, none, at least one, a certain one, or one of some. */
export type ToolChoice =
  | "auto"
  | "none"
  | "required"
  | { type: "function"; function: { name: string } }
  | { type: "custom"; custom: { name: string } }
  | {
      type: "allowed_tools";
      /** `tools` names them: `{ type: "function", function: { name } }`. */
      allowed_tools: { mode: "auto" | "required"; tools: { [key: string]: unknown }[] };
    };

/** A call of a function that a model asks for. */
export interface FunctionToolCall {
  /** The result names it: `tool_call_id`. */
  id: string;
  type: "function";
  function: {
    name: string;
    /** JSON as the model wrote it: it may not parse, nor follow the schema. */
    arguments: string;
  };
}

/** A call of a custom tool that a model asks for. */
export interface CustomToolCall {
  /** The result names it: `tool_call_id`. */
  id: string;
  type: "custom";
  custom: { name: string; input: string };
}

/** A call that a model asks for. */
export type ToolCall = FunctionToolCall | CustomToolCall;

/** A call in the wire's older form, before there were tools. */
export interface FunctionCall {
  name: string;
  /** JSON as the model wrote it. */
  arguments: string;
}
