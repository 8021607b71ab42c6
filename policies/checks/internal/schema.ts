import { InvalidOptionError } from "../../../src/contracts/index.ts";
import { dropPromises } from "../../../src/plugin/index.ts";
import { withinTime } from "../../../src/plugin/within-time.ts";

/** A schema of any library that follows Standard Schema v1 (Zod, Valibot, ArkType …). */
export interface StandardSchema {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult | Promise<StandardResult>;
  };
}

interface StandardResult {
  readonly issues?: readonly unknown[] | undefined;
}

/** A JSON Schema (draft 2020-12, 2019-09, 7 or 4, by its `$schema`; without one 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Returns true if the value fits the schema. */
export type Fits = (value: unknown) => boolean | Promise<boolean>;

/** Validates a value without a bound on its time. */
export type Validate = (value: unknown) => boolean | Promise<boolean>;

/** Longest validation in milliseconds, unless a caller sets another. */
export const longestValidationMs = 100;

/**
 * Compiles a schema into a function. The JSON Schema validator is loaded at the first value; the function then rejects
 * with `InvalidOptionError` if the schema is not valid (a pattern that cannot be compiled, an unknown type, a reference
 * without a target in the schema). Validation is stopped after `longestMs`, twice, and throws or rejects with
 * `OutOfTimeError`: patterns may backtrack, and nested keywords multiply. What an asynchronous Standard Schema does
 * after its first wait is not stopped.
 */
export function compileSchema(
  option: string,
  schema: StandardSchema | JsonSchema,
  longestMs: number = longestValidationMs,
): Fits {
  const load = schemaLoader(option, schema);
  return (value) => {
    const validate = load();
    return validate instanceof Promise
      ? validate.then((loaded) => withinTime(longestMs, () => loaded(value)))
      : withinTime(longestMs, () => validate(value));
  };
}

/** Returns a function that gives the validator of a schema; that of a JSON Schema is loaded first. */
export function schemaLoader(
  option: string,
  schema: StandardSchema | JsonSchema,
): () => Validate | Promise<Validate> {
  if (
    (typeof schema !== "object" && typeof schema !== "function") ||
    schema === null ||
    Array.isArray(schema)
  )
    throw new InvalidOptionError(option, schema, "a Standard Schema or a JSON Schema object");
  if (isStandard(schema)) return () => (value) => hasNoIssues(schema["~standard"].validate(value));
  let compiled: Promise<Validate> | undefined;
  return () => {
    compiled ??= compile(option, schema);
    return compiled;
  };
}

export function isStandard(schema: StandardSchema | JsonSchema): schema is StandardSchema {
  const standard: unknown = schema["~standard"];
  return typeof (standard as { validate?: unknown } | undefined)?.validate === "function";
}

function hasNoIssues(result: StandardResult | Promise<StandardResult>): boolean | Promise<boolean> {
  if (result instanceof Promise) {
    const verdict = result.then(hasNoIssues);
    // When the time is up, a late rejection has no listener.
    verdict.catch(() => {});
    return verdict;
  }
  // From plain JavaScript a schema may return anything: only a result with a value says that it fits.
  if (typeof result === "object" && result !== null && "value" in result) return result.issues === undefined;
  dropPromises(result);
  return false;
}

const types: ReadonlySet<unknown> = new Set([
  "array",
  "boolean",
  "integer",
  "null",
  "number",
  "object",
  "string",
]);

/** OpenAPI's keywords whose values are not schemas. */
const noSchema = /\/(?:example|x-[^/]*)(?:\/|$)/;

async function compile(option: string, given: JsonSchema): Promise<Validate> {
  const { dereference, validate } = await import("@cfworker/json-schema");
  const refuse = (problem: string): never => {
    throw new InvalidOptionError(option, given, `a JSON Schema that can be checked (${problem})`);
  };
  try {
    // A copy, because the library changes the schema.
    const schema = structuredClone(given);
    const parts = dereference(schema);
    for (const [place, part] of Object.entries(parts)) {
      if (typeof part !== "object" || noSchema.test(place)) continue;
      const unknown = [part.type ?? []].flat().find((type) => !types.has(type));
      if (unknown !== undefined) refuse(`the type ${JSON.stringify(unknown)} does not exist`);
      for (const pattern of [part.pattern ?? [], Object.keys(part.patternProperties ?? {})].flat())
        new RegExp(pattern, "u");
      const { $ref, __absolute_ref__: target = $ref } = part;
      if (target !== undefined && parts[target] === undefined)
        refuse(`the reference ${JSON.stringify($ref)} has no target in the schema`);
    }
    const draft = draftOf(given["$schema"]);
    return (value) => validate(value, schema, draft, parts).valid;
  } catch (error) {
    if (error instanceof InvalidOptionError) throw error;
    return refuse(error instanceof Error ? error.message : "it cannot be read");
  }
}

function draftOf(name: unknown): "4" | "7" | "2019-09" | "2020-12" {
  const draft = /draft-0?(\d)|2019-09/.exec(String(name));
  if (draft === null) return "2020-12";
  return draft[1] === undefined ? "2019-09" : Number(draft[1]) <= 4 ? "4" : "7";
}
