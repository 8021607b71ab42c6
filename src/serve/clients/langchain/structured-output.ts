import type {
  BaseLanguageModelCallOptions,
  BaseLanguageModelInput,
} from "@langchain/core/language_models/base";
import {
  assembleStructuredOutputPipeline,
  createContentParser,
} from "@langchain/core/language_models/structured_output";
import type { Runnable } from "@langchain/core/runnables";
import { toJsonSchema } from "@langchain/core/utils/json_schema";
import { type ChatRequest, InvalidOptionError } from "../../../contracts/index.ts";
import { strictSchema } from "../../../router/life/inner.ts";

/** Settings of `withStructuredOutput`, as LangChain has them. */
export interface StructuredSettings {
  readonly name?: string | undefined;
  readonly method?: string | undefined;
  readonly includeRaw?: boolean | undefined;
  readonly strict?: boolean | undefined;
}

interface Configurable {
  withConfig(config: { readonly response_format: ChatRequest["response_format"] }): unknown;
}

type LangChainSchema = Parameters<typeof toJsonSchema>[0];
type TracedFormat = Pick<BaseLanguageModelCallOptions, "ls_structured_output_format">;

/** Returns what traces show of a structured output: its method and its schema. */
export function tracedFormat(method: string, schema: object): TracedFormat {
  const shown = toJsonSchema(schema as LangChainSchema) as NonNullable<
    TracedFormat["ls_structured_output_format"]
  >["schema"];
  return { ls_structured_output_format: { kwargs: { method }, ...(shown && { schema: shown }) } };
}

/**
 * Returns a model whose answers are parsed by a schema: the JSON Schema goes out as `response_format`. Throws
 * `InvalidOptionError` for a schema that cannot be sent.
 */
export function structuredOutput(
  model: Configurable,
  schema: object,
  { name, includeRaw, strict }: StructuredSettings,
): unknown {
  const sent = strictSchema(toJsonSchema(schema as LangChainSchema));
  if (sent === undefined)
    throw new InvalidOptionError("withStructuredOutput.schema", schema, "a schema that says a JSON Schema");
  const json_schema = {
    name: nameOf(name ?? sent.schema["title"]),
    schema: sent.schema,
    strict: strict ?? sent.strict,
  };
  const asked = model.withConfig({
    response_format: { type: "json_schema", json_schema },
    ...tracedFormat("json_schema", schema),
  });
  return assembleStructuredOutputPipeline(
    asked as Runnable<BaseLanguageModelInput>,
    createContentParser(schema),
    includeRaw,
    includeRaw === true ? "StructuredOutputRunnable" : "StructuredOutput",
  );
}

/** Returns a name that providers take. */
function nameOf(given: unknown): string {
  const name = typeof given === "string" ? given.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, 64) : "";
  return name === "" ? "output" : name;
}
