import {
  InvalidOptionError,
  InvalidRequestError,
  notShown,
  type RouteRequest,
} from "../../contracts/index.ts";
import { isObject } from "../../plugin/fields-of.ts";
import { misspeltField } from "../../plugin/misspelt-field.ts";
import { routingFields } from "../../plugin/routing-fields.ts";

type Fields = Exclude<RouteRequest, string>;

const asMessage = 'is not a field of a chat request: give a message, { role: "system", content }';
const asMessages = 'is not a field of a chat request: give messages: [{ role: "user", content }]';
const asLimit = "is not a field of a chat request: the name here is max_completion_tokens";
const asOption = "is not a field of a request: give it in the second argument, { signal }";

/**
 * Names that other interfaces have for what a chat request says otherwise: Anthropic's Messages, Gemini's
 * generateContent, the AI SDK. None of them is a field of a server that speaks chat completions, but for `prompt`, which
 * OpenRouter takes in place of messages.
 */
const foreign: ReadonlyMap<string, string> = new Map([
  ["system", asMessage],
  ["systemInstruction", asMessage],
  ["prompt", asMessages],
  ["contents", asMessages],
  ["generationConfig", "is not a field of a chat request: its settings are fields of their own"],
  ["maxOutputTokens", asLimit],
  ["maxCompletionTokens", asLimit],
  ["maxTokens", asLimit],
  ["topP", "is not a field of a chat request: the name here is top_p"],
  ["stopSequences", "is not a field of a chat request: the name here is stop"],
  ["toolChoice", "is not a field of a chat request: the name here is tool_choice"],
  ["responseFormat", "is not a field of a chat request: the name here is response_format"],
  ["reasoningEffort", "is not a field of a chat request: the name here is reasoning_effort"],
  ["signal", asOption],
  ["abortSignal", asOption],
]);

/** Throws `InvalidRequestError` for a field of another interface, and for a routing field that is misspelt. */
export function checkFields(request: Fields): void {
  for (const field in request) {
    const problem = foreign.get(field);
    const value: unknown = request[field as keyof Fields];
    // Some clients send what they do not use as undefined or null.
    if (value === undefined || value === null) continue;
    // A template of OpenAI's is an object: that is for the provider to refuse.
    if (problem !== undefined && (field !== "prompt" || typeof value === "string"))
      throw new InvalidRequestError(field, problem);
    const meant = misspeltField(field);
    if (meant !== undefined)
      throw new InvalidRequestError(shown(field), `is not a known field: did you mean ${meant}?`);
  }
  checkFormat(request.response_format);
}

/** Throws `InvalidOptionError` for a routing field among the options of a call, where nothing reads it. */
export function checkOptions(options: unknown): void {
  if (typeof options !== "object" || options === null) return;
  for (const field in options) {
    if (optionNames.has(field)) continue;
    const meant = ownFields.has(field) ? field : misspeltField(field);
    if (meant === undefined) continue;
    const place = `in the request: did you mean route({ messages, ${meant} })?`;
    throw new InvalidOptionError(`options.${shown(field)}`, notShown, place);
  }
}

const optionNames: ReadonlySet<string> = new Set(["signal", "native", "draw"]);
const ownFields: ReadonlySet<string> = new Set(routingFields);

function shown(field: string): string {
  return field.length <= 60 ? field : `${field.slice(0, 20)}…`;
}

/** Types of JSON Schema. None of them is a type of a response format. */
const schemaTypes: ReadonlySet<unknown> = new Set([
  "object",
  "array",
  "string",
  "number",
  "integer",
  "boolean",
  "null",
]);
const schemaFields = ["$schema", "$ref", "properties", "items", "anyOf", "oneOf", "allOf", "enum"] as const;

/** Throws for a schema in place of a format: providers would take it for one that is not known, or for none. */
function checkFormat(format: unknown): void {
  if (typeof format === "function") throw ofLibrary();
  if (!isObject(format)) return;
  const { type } = format;
  if ("~standard" in format || "_zod" in format || "_def" in format) throw ofLibrary();
  if (!schemaTypes.has(type) && (type !== undefined || !schemaFields.some((field) => field in format)))
    return;
  throw new InvalidRequestError(
    "response_format",
    'is a schema: give { type: "json_schema", json_schema: { name: "answer", schema } }',
  );
}

function ofLibrary(): InvalidRequestError {
  return new InvalidRequestError("response_format", "is a schema of a library: give it as output");
}

/** Parts of other interfaces, and what a chat request has in their place. */
const foreignParts: ReadonlyMap<unknown, string> = new Map([
  ["tool_result", 'give a message of its own, { role: "tool", tool_call_id, content }'],
  ["tool-result", 'give a message of its own, { role: "tool", tool_call_id, content }'],
  ["tool_use", "give it in tool_calls of the message: { id, type, function: { name, arguments } }"],
  ["tool-call", "give it in tool_calls of the message: { id, type, function: { name, arguments } }"],
  ["input_text", 'give { type: "text", text }'],
  ["output_text", 'give { type: "text", text }'],
  ["input_image", 'give { type: "image_url", image_url: { url } }'],
  ["input_file", 'give { type: "file", file }'],
]);
/** Anthropic's, which have a source. Of other servers they may be parts of their own. */
const partsWithSource: ReadonlyMap<unknown, string> = new Map([
  ["image", 'give { type: "image_url", image_url: { url } }'],
  ["document", 'give { type: "file", file: { file_data, filename } }'],
]);

/** Throws `InvalidRequestError` for a part of another interface. */
export function checkPart(part: { readonly type?: unknown; readonly source?: unknown }, field: string): void {
  const advice =
    foreignParts.get(part.type) ?? (isObject(part.source) ? partsWithSource.get(part.type) : undefined);
  if (advice !== undefined)
    throw new InvalidRequestError(
      field,
      `is a ${String(part.type)}, which is not a part of a chat request: ${advice}`,
    );
}
