import {
  InvalidRequestError,
  type OutputOptions,
  type OutputValidator,
  type ResponseFormat,
  type RouteRequest,
} from "../../../contracts/index.ts";
import { type SentSchema, strictSchema } from "./strict-schema.ts";

/** Schema that a request gives for its output, in the form that execution needs. */
export interface AskedFor {
  readonly schema: OutputValidator;
  readonly format: ResponseFormat;
  readonly repair: boolean;
  /** Names of properties that the schema knows: other keys of an answer are the model's words. */
  readonly names: ReadonlySet<string>;
}

const known: ReadonlySet<string> = new Set(["schema", "jsonSchema", "name", "description", "repair"]);
const plainName = /^[A-Za-z0-9_-]{1,64}$/;
const longestDescription = 2_000;

/** Schemas that were converted: an application sends the same one with every request. */
const converted = new WeakMap<object, AskedFor>();

/** Returns the schema of the request's `output`; undefined if it has none. Throws `InvalidRequestError`. */
export function readOutput(request: RouteRequest): AskedFor | undefined {
  if (typeof request !== "object" || request === null) return undefined;
  const { output, response_format: format } = request as { output?: unknown; response_format?: unknown };
  if (output === undefined) return undefined;
  if (format !== undefined && format !== null)
    throw new InvalidRequestError("response_format", "is made of output: leave it out");
  if ((typeof output !== "object" && typeof output !== "function") || output === null) throw noSchema();
  if (isValidator(output)) {
    let asked = converted.get(output);
    if (asked === undefined) {
      asked = read({ schema: output });
      converted.set(output, asked);
    }
    return asked;
  }
  return read(output as OutputOptions);
}

/** Returns the request as it is sent: the schema stands in `response_format`. */
export function withFormat<Request extends RouteRequest>(request: Request, { format }: AskedFor): Request {
  const { output: _, ...rest } = request as Exclude<RouteRequest, string> & { output?: unknown };
  return { ...rest, response_format: format } as Request;
}

function read(given: OutputOptions): AskedFor {
  const { schema, jsonSchema, name = "output", description, repair = false } = given;
  const unknown = Object.keys(given).find((key) => !known.has(key));
  if (unknown !== undefined)
    throw new InvalidRequestError("output", `has an unknown field: it may have ${[...known].join(", ")}`);
  if (!isValidator(schema)) throw noSchema();
  if (typeof name !== "string" || !plainName.test(name))
    throw new InvalidRequestError("output.name", "must be 1 to 64 letters, digits, _ or -");
  if (
    description !== undefined &&
    (typeof description !== "string" || description.length > longestDescription)
  )
    throw new InvalidRequestError(
      "output.description",
      `must be a text of at most ${longestDescription} characters`,
    );
  if (typeof repair !== "boolean") throw new InvalidRequestError("output.repair", "must be true or false");
  const sent = jsonSchema === undefined ? ownSchema(schema) : strictSchema(jsonSchema);
  if (sent === undefined)
    throw new InvalidRequestError(
      "output.jsonSchema",
      "must be a JSON Schema: an object of plain JSON, nested at most 100 deep, of at most 20,000 values",
    );
  const about = description === undefined ? {} : { description };
  const json_schema = { name, ...about, schema: sent.schema, strict: sent.strict };
  return { schema, format: { type: "json_schema", json_schema }, repair, names: sent.names };
}

/** Returns the JSON Schema that a schema states for its input: for the text of the model, before defaults and transforms. */
function ownSchema(schema: OutputValidator): SentSchema | undefined {
  const { jsonSchema, vendor } = schema["~standard"] as OutputValidator["~standard"] & {
    readonly jsonSchema?: { readonly input?: (options: { target: string }) => unknown };
  };
  if (typeof jsonSchema?.input !== "function")
    throw new InvalidRequestError(
      "output.jsonSchema",
      `is missing: schemas of ${plainName.test(String(vendor)) ? vendor : "this library"} do not say theirs; give { schema, jsonSchema }`,
    );
  try {
    return strictSchema(jsonSchema.input({ target: "draft-2020-12" }));
  } catch {
    throw new InvalidRequestError(
      "output",
      "cannot be said as a JSON Schema, says its library: give { schema, jsonSchema }",
    );
  }
}

function isValidator(value: unknown): value is OutputValidator {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const standard = (value as { "~standard"?: { validate?: unknown } | null })["~standard"];
  return typeof standard?.validate === "function";
}

function noSchema(): InvalidRequestError {
  return new InvalidRequestError(
    "output",
    "must be a Standard Schema with a JSON Schema (zod 4, for instance) or { schema, jsonSchema }; a JSON Schema alone goes into response_format",
  );
}
