import type { Check } from "../../src/contracts/index.ts";
import { checkKeys, checkText } from "../../src/plugin/index.ts";
import { textOf } from "./internal/answer-parts.ts";
import { compileSchema, isStandard, type JsonSchema, type StandardSchema } from "./internal/schema.ts";

export type { JsonSchema, StandardSchema };

export interface JsonSchemaOptions {
  /** Tells one schema from another in decisions and outcome files. Default none. */
  readonly name?: string | undefined;
}

/**
 * Accepts an answer whose whole text is JSON that fits the schema: any Standard Schema (Zod, Valibot,
 * ArkType …), or a JSON Schema. Sees the text alone; JSON inside a Markdown fence or among words is
 * refused, as `JSON.parse` would. It says that the form is right, not that what it holds is true.
 *
 * A JSON Schema (draft 2020-12, 2019-09, 7 or 4) is compiled at the first answer, and refused then where it is
 * none: with a pattern that is not ECMAScript's (flag `u`), or a reference that leads nowhere or out of it. A value
 * that takes longer than 100 ms to compare with it, twice, is an error, so not accepted: write no pattern that backtracks.
 */
export function jsonSchema(schema: StandardSchema | JsonSchema, options: JsonSchemaOptions = {}): Check {
  checkKeys("jsonSchema", options, ["name"]);
  const { name } = options;
  if (name !== undefined) checkText("jsonSchema.name", name);
  const fits = compileSchema("jsonSchema.schema", schema);

  return {
    name: name === undefined ? "jsonSchema" : `jsonSchema(${name})`,
    // A Standard Schema nearly always answers at once; a JSON Schema is loaded first.
    reads: isStandard(schema) ? "text" : undefined,
    accepts(_, answer) {
      let value: unknown;
      try {
        value = JSON.parse(textOf(answer));
      } catch {
        return false;
      }
      return fits(value);
    },
  };
}
