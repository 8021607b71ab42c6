import type { JsonSchema } from "../../../contracts/index.ts";

/** Deepest nesting and largest number of values of a schema that is sent. */
const deepest = 100;
const mostValues = 20_000;

/** A JSON Schema as it is sent. */
export interface SentSchema {
  readonly schema: JsonSchema;
  /** True if it has the form that `strict` of OpenAI asks for. */
  readonly strict: boolean;
  /** Names of properties that the schema knows. */
  readonly names: ReadonlySet<string>;
}

/** Keywords whose keys are names and not keywords. */
const named: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);
/** Keywords that hold values and not schemas. */
const values: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);

/**
 * Copies a JSON Schema for sending. Objects that list their properties and say nothing of others are closed, as the
 * model should name no others; `$schema` is left out. Returns undefined for one that is not JSON, too deep or too large.
 */
export function strictSchema(given: unknown): SentSchema | undefined {
  const walk: Walk = { left: mostValues, strict: true, names: new Set() };
  try {
    const schema = copied(given, walk, 0);
    if (!isObject(schema)) return undefined;
    delete schema["$schema"];
    return { schema, strict: walk.strict && schema["type"] === "object", names: walk.names };
  } catch (error) {
    if (error === notSent) return undefined;
    throw error;
  }
}

interface Walk {
  left: number;
  strict: boolean;
  readonly names: Set<string>;
}

const notSent = new Error("a schema that is not sent");

/** Copies a schema, or a list of them. */
function copied(given: unknown, walk: Walk, depth: number): unknown {
  count(walk, depth);
  if (Array.isArray(given)) return given.map((one) => copied(one, walk, depth + 1));
  if (!isObject(given)) return plain(given);
  const copy: JsonSchema = {};
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    if (values.has(key)) define(copy, key, copiedValue(value, walk, depth + 1));
    else if (named.has(key) && isObject(value)) define(copy, key, copiedNames(key, value, walk, depth + 1));
    else define(copy, key, copied(value, walk, depth + 1));
  }
  close(copy, walk);
  return copy;
}

function copiedNames(key: string, given: JsonSchema, walk: Walk, depth: number): JsonSchema {
  count(walk, depth);
  const copy: JsonSchema = {};
  for (const [name, schema] of Object.entries(given)) {
    if (key === "properties") walk.names.add(name);
    define(copy, name, copied(schema, walk, depth + 1));
  }
  return copy;
}

function copiedValue(given: unknown, walk: Walk, depth: number): unknown {
  count(walk, depth);
  if (Array.isArray(given)) return given.map((one) => copiedValue(one, walk, depth + 1));
  if (!isObject(given)) return plain(given);
  const copy: JsonSchema = {};
  for (const [key, value] of Object.entries(given)) define(copy, key, copiedValue(value, walk, depth + 1));
  return copy;
}

/** Closes an object, and notes if `strict` does not allow it. */
function close(schema: JsonSchema, walk: Walk): void {
  const { properties, required } = schema;
  if (isObject(properties) && schema["additionalProperties"] === undefined && schema["type"] === "object")
    schema["additionalProperties"] = false;
  if (schema["type"] !== "object" && !isObject(properties)) return;
  const all = Object.keys(isObject(properties) ? properties : {});
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  if (schema["additionalProperties"] !== false || !all.every((name) => needed.includes(name)))
    walk.strict = false;
}

function count(walk: Walk, depth: number): void {
  walk.left -= 1;
  if (walk.left < 0 || depth > deepest) throw notSent;
}

function plain(value: unknown): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw notSent;
}

/** Defines a field, since any name is one: `__proto__` too. */
function define(target: JsonSchema, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
