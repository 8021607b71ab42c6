import type { JsonSchema } from "../../../contracts/chat/tools.ts";
import { snakeOf } from "../../../plugin/proto-field.ts";
import { type Fields, fieldsOf } from "../fields.ts";

const types: ReadonlySet<string> = new Set([
  "string",
  "number",
  "integer",
  "boolean",
  "array",
  "object",
  "null",
]);

/** Limits that Google's JSON writes as text. */
const numbers = ["minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties"] as const;
const same = [
  "description",
  "title",
  "enum",
  "pattern",
  "required",
  "minimum",
  "maximum",
  "default",
] as const;

/** Translates a schema of Google's own kind (types in capitals, `nullable`) to JSON Schema. What it does not know stays away. */
export function jsonSchemaOf(given: unknown): JsonSchema {
  const schema = fieldsOf(given);
  const at = (name: string) => schema[name] ?? schema[snakeOf(name)];
  const result: Record<string, unknown> = {};
  const type = typeof schema["type"] === "string" ? schema["type"].toLowerCase() : undefined;
  if (type !== undefined && types.has(type))
    result["type"] = schema["nullable"] === true ? [type, "null"] : type;
  for (const name of same) if (schema[name] !== undefined) result[name] = schema[name];
  // A format of Google's own, `enum` for instance, has no meaning elsewhere.
  if (schema["format"] === "date-time") result["format"] = "date-time";
  for (const name of numbers) {
    const value = Number(at(name) ?? Number.NaN);
    if (Number.isFinite(value)) result[name] = value;
  }
  if (schema["properties"] !== undefined)
    result["properties"] = Object.fromEntries(
      Object.entries(fieldsOf(schema["properties"])).map(([name, one]) => [name, jsonSchemaOf(one)]),
    );
  if (schema["items"] !== undefined) result["items"] = jsonSchemaOf(schema["items"]);
  const any = at("anyOf");
  if (Array.isArray(any)) result["anyOf"] = any.map(jsonSchemaOf);
  const example = schema["example"];
  if (example !== undefined) result["examples"] = [example];
  return result;
}

/** Returns the first schema of two fields: JSON Schema as it is, or one of Google's kind, translated. */
export function schemaIn(json: unknown, own: unknown): JsonSchema | undefined {
  if (typeof json === "object" && json !== null) return json as Fields;
  return typeof own === "object" && own !== null ? jsonSchemaOf(own) : undefined;
}
