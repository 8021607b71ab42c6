import type { ChatTool } from "../../../contracts/index.ts";
import { type Fields, fieldsOf } from "../fields.ts";

/** A tool of a type of its own that the client runs, as a function: any model can call it. */
export interface ClientCall {
  /** Type of the items that call it. */
  readonly item: string;
  readonly function: (tool: Fields) => Extract<ChatTool, { type: "function" }>["function"];
  /** Returns the arguments that say the same as an item. */
  argumentsOf(item: Fields): unknown;
  /** Returns the fields of an item for arguments as a model wrote them; undefined if they do not fit. */
  fieldsOf(args: unknown): Fields | undefined;
  /** Returns the text of a result. `namesOf`: names by which a tool that it holds can be called. */
  resultOf(item: Fields, namesOf: (tool: Fields) => readonly unknown[]): string;
}

const text = (description: string) => ({ type: "string", description });

/** Tools by their types, with their fields as in Codex 0.171.0 and the types of `openai` 7 (`FunctionShellTool`, `ApplyPatchTool`, `ToolSearchTool`), read 2026-12-01. */
export const clientCalls: Readonly<Record<string, ClientCall>> = {
  tool_search: {
    item: "tool_search_call",
    function: ({ description, parameters }) => ({
      name: "tool_search",
      description: typeof description === "string" ? description : "Finds further tools by a description.",
      parameters: isObject(parameters)
        ? parameters
        : { type: "object", properties: { query: text("Words to look for.") }, required: ["query"] },
    }),
    argumentsOf: (item) => item["arguments"] ?? {},
    fieldsOf: (args) => (isObject(args) ? { execution: "client", arguments: args } : undefined),
    resultOf: ({ tools }, namesOf) => {
      const found = Array.isArray(tools) ? tools.flatMap((tool) => namesOf(fieldsOf(tool))).join(", ") : "";
      return found === "" ? "There is no such tool." : `These tools can be called now: ${found}`;
    },
  },
  shell: {
    item: "shell_call",
    function: () => ({
      name: "shell",
      description: "Runs commands in a shell of the user's, one after the other.",
      parameters: {
        type: "object",
        properties: {
          commands: { type: "array", items: { type: "string" }, description: "Commands to run." },
          timeout_ms: { type: "integer", description: "Longest time in milliseconds." },
          max_output_length: { type: "integer", description: "Most characters of output to keep." },
        },
        required: ["commands"],
      },
    }),
    argumentsOf: (item) => item["action"] ?? {},
    fieldsOf: (args) => {
      const { commands, timeout_ms = null, max_output_length = null } = fieldsOf(args);
      if (!Array.isArray(commands) || !commands.every((one) => typeof one === "string")) return undefined;
      return { action: { commands, timeout_ms, max_output_length } };
    },
    resultOf: ({ output }) => JSON.stringify(output ?? []),
  },
  apply_patch: {
    item: "apply_patch_call",
    function: () => ({
      name: "apply_patch",
      description: "Creates, changes or deletes one file.",
      parameters: {
        type: "object",
        properties: {
          type: { type: "string", enum: ["create_file", "update_file", "delete_file"] },
          path: text("Path of the file."),
          diff: text(
            "Not for delete_file. create_file: all lines of the file, each after a +. update_file: hunks that begin with @@, " +
              "with lines after a space, - or +.",
          ),
        },
        required: ["type", "path"],
      },
    }),
    argumentsOf: (item) => item["operation"] ?? {},
    fieldsOf: (args) => {
      const { type, path, diff } = fieldsOf(args);
      if (typeof path !== "string") return undefined;
      if (type === "delete_file") return { operation: { type, path } };
      const changes = (type === "create_file" || type === "update_file") && typeof diff === "string";
      return changes ? { operation: { type, path, diff } } : undefined;
    },
    resultOf: ({ status, output }) =>
      [status, output].filter((one) => typeof one === "string" && one !== "").join(": "),
  },
};

/** True for a tool of such a type that the client runs, and not a container of the provider. */
export function isRunByClient({ type, execution, environment }: Fields): boolean {
  if (type === "tool_search") return execution === "client";
  const place = fieldsOf(environment)["type"] ?? "local";
  return typeof type === "string" && Object.hasOwn(clientCalls, type) && place === "local";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
