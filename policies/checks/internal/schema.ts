import { InvalidOptionError } from "../../../src/contracts/index.ts";

/** Any library's schema that follows Standard Schema v1 (Zod, Valibot, ArkType …). */
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

/** A JSON Schema (draft 2020-12, 7 or 4, by its `$schema`; without one 2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Whether a value fits. */
export type Fits = (value: unknown) => boolean | Promise<boolean>;

/**
 * A schema as a function. JSON Schemas are converted by Zod, which is loaded at the first value; one
 * that Zod cannot convert (`not`, `if`, references to elsewhere …) rejects then with
 * `InvalidOptionError`. `run` calls what validates against a JSON Schema: its patterns may backtrack.
 */
export function compileSchema(
  option: string,
  schema: StandardSchema | JsonSchema,
  run: <T>(validate: () => T) => T = (validate) => validate(),
): Fits {
  if (
    (typeof schema !== "object" && typeof schema !== "function") ||
    schema === null ||
    Array.isArray(schema)
  )
    throw new InvalidOptionError(option, schema, "a Standard Schema or a JSON Schema object");
  if (isStandard(schema)) return (value) => hasNoIssues(schema["~standard"].validate(value));
  let converted: Promise<StandardSchema> | undefined;
  return async (value) => {
    converted ??= convert(option, schema);
    const { validate } = (await converted)["~standard"];
    return hasNoIssues(run(() => validate(value)));
  };
}

export function isStandard(schema: StandardSchema | JsonSchema): schema is StandardSchema {
  const standard: unknown = schema["~standard"];
  return typeof (standard as { validate?: unknown } | undefined)?.validate === "function";
}

function hasNoIssues(result: StandardResult | Promise<StandardResult>): boolean | Promise<boolean> {
  return result instanceof Promise ? result.then(hasNoIssues) : result.issues === undefined;
}

async function convert(option: string, schema: JsonSchema): Promise<StandardSchema> {
  const { fromJSONSchema } = await import("zod");
  try {
    return fromJSONSchema(schema as Parameters<typeof fromJSONSchema>[0]);
  } catch (error) {
    const problem = error instanceof Error ? error.message : "it cannot be converted";
    throw new InvalidOptionError(option, schema, `a JSON Schema that Zod can convert (${problem})`);
  }
}
