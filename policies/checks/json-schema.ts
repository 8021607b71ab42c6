import type { Check } from "../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { textOf } from "./internal/answer-parts.ts";
import { compileSchema, isStandard, type JsonSchema, type StandardSchema } from "./internal/schema.ts";

export type { JsonSchema, StandardSchema };

export interface JsonSchemaOptions {
  /** Name that distinguishes schemas in decisions and outcome files. Default: none. */
  readonly name?: string | undefined;
}

export const jsonSchemaOptions: OptionTable<JsonSchemaOptions, "name"> = {
  name: { is: "text", optional: true },
};

/** Length of the longest JSON that is read, in characters. */
const longestJson = 1_000_000;

/**
 * Accepts an answer whose whole text is JSON that fits the schema: any Standard Schema (Zod, Valibot,
 * ArkType …), or a JSON Schema. Reads only the text; JSON inside a Markdown fence or among words is
 * refused, as by `JSON.parse`. It checks the form of the answer, not whether the content is true.
 *
 * A JSON Schema (draft 2020-12, 2019-09, 7 or 4) is compiled at the first answer, and refused then if it is not valid: a
 * pattern must be ECMAScript's (flag `u`), and a reference must have its target in the schema.
 *
 * The time is bounded whatever the answer. One of more than 1,000,000 characters is not accepted. A validation that takes
 * longer than 100 ms, twice, is an error and so not accepted: avoid patterns that backtrack.
 */
export function jsonSchema(schema: StandardSchema | JsonSchema, options: JsonSchemaOptions = {}): Check {
  const { name } = readOptions("jsonSchema", jsonSchemaOptions, options);
  const fits = compileSchema("jsonSchema.schema", schema);

  return {
    name: name === undefined ? "jsonSchema" : `jsonSchema(${name})`,
    // A Standard Schema is nearly always synchronous; the JSON Schema validator is loaded first.
    reads: isStandard(schema) ? "text" : undefined,
    accepts(_, answer) {
      const text = textOf(answer);
      if (text.length > longestJson) return false;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return false;
      }
      return fits(value);
    },
  };
}
