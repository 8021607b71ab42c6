import { fieldsOf } from "../../../src/plugin/fields-of.ts";
import { type Json, Refusal, refuse } from "./script.ts";

/**
 * What a server refuses that renders the chat template of Qwen 3.5 or later and knows functions only: the text of its refusal,
 * or undefined. The words of the template are those of `test/fixtures/templates/refusals.json`; those about types are vLLM's.
 */
export function qwenRefusal(body: Json): string | undefined {
  try {
    for (const [at, { type }] of (body.tools ?? []).entries()) checkType(["tools", at], type);
    for (const [at, message] of body.messages.entries())
      for (const [index, { type }] of (message.tool_calls ?? []).entries())
        checkType(["messages", at, "tool_calls", index], type);
    checkChoice(body);
    render(body.messages);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}

function checkType(place: readonly (string | number)[], type: unknown): void {
  if (type === "function") return;
  const shown = ["body", ...place, "type"]
    .map((one) => (typeof one === "number" ? one : `'${one}'`))
    .join(", ");
  refuse(
    `[{'type': 'literal_error', 'loc': (${shown}), 'msg': "Input should be 'function'", 'input': '${type}'}]`,
  );
}

function checkChoice({ tool_choice: choice, tools = [] }: Json): void {
  if (choice === undefined || choice === null || choice === "none") return;
  if (tools.length === 0) refuse("When using `tool_choice`, `tools` must be set.");
  if (choice === "auto" || choice === "required") return;
  const name = choice.type === "function" ? choice.function?.name : undefined;
  if (!tools.some((tool: Json) => tool.function.name === name))
    refuse("The tool specified in `tool_choice` does not match any of the specified `tools`");
}

/** The checks of the template, in its order. */
function render(messages: Json[]): void {
  if (messages.length === 0) refuse("No messages provided.");
  const asks = ({ role, content }: Json) => role === "user" && !isResult(textOf(content));
  if (!messages.some(asks)) refuse("No user query found in messages.");
  for (const [at, { role, content, tool_calls: calls }] of messages.entries()) {
    const text = textOf(content, role === "system");
    if (role === "system" && at > 0) refuse("System message must be at the beginning.");
    if (!["system", "user", "assistant", "tool"].includes(role)) refuse("Unexpected message role.");
    if (role === "assistant" && text === undefined) refuse("Unexpected content type.");
    for (const call of calls ?? []) checkArguments(call.function.arguments);
  }
}

function isResult(text: string): boolean {
  const trimmed = text.trim();
  return trimmed.startsWith("<tool_response>") && trimmed.endsWith("</tool_response>");
}

function textOf(content: unknown, isSystem = false): string {
  if (content === undefined || content === null) return "";
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return refuse("Unexpected content type.");
  return content.map((part) => textOfPart(fieldsOf(part), isSystem)).join("");
}

function textOfPart(part: Readonly<Record<string, unknown>>, isSystem: boolean): string {
  for (const kind of ["image", "video"])
    if (kind in part || `${kind}_url` in part || part["type"] === kind)
      return isSystem ? refuse(`System message cannot contain ${kind}s.`) : "";
  return "text" in part ? String(part["text"]) : refuse("Unexpected item type in content.");
}

/** vLLM reads arguments as JSON before it renders them, and the template lists the fields of an object. */
function checkArguments(given: unknown): void {
  if (given === undefined || given === null || given === "") return;
  let value: unknown;
  try {
    value = JSON.parse(String(given));
  } catch {
    refuse("Expecting value: line 1 column 1 (char 0)");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    refuse("Can only get item pairs from a mapping.");
}
