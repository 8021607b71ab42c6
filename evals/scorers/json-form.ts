import {
  compileSchema,
  isStandard,
  type JsonSchema,
  type StandardSchema,
} from "../../policies/checks/internal/schema.ts";
import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import { OutOfTimeError } from "../../src/plugin/within-time.ts";
import { notText } from "./internal/compare-texts.ts";
import { parseJson } from "./internal/parse-json.ts";
import { toScore } from "./internal/verdict.ts";
import type { Scorer } from "./scorer.ts";

export interface JsonFormOptions {
  /** True to accept JSON inside one Markdown block. Default false, as `JSON.parse` would have it. */
  readonly fenced?: boolean | undefined;
}

export const jsonFormOptions: OptionTable<JsonFormOptions> = { fenced: { is: "boolean", default: false } };

const longestMs = 500;

/**
 * Scores 1 if the whole answer is JSON that fits the schema, else 0: any Standard Schema (Zod, Valibot,
 * ArkType …), or a JSON Schema (draft 2020-12, 2019-09, 7 or 4), which is compiled at the first answer; an
 * invalid one is refused with `InvalidOptionError`. At most 1,000,000 characters, nested 100 deep. Patterns
 * may backtrack: an answer that takes longer than a second to compare is `null`.
 */
export function jsonForm(schema: StandardSchema | JsonSchema, options: JsonFormOptions = {}): Scorer {
  const name = "jsonForm";
  const { fenced } = readOptions(name, jsonFormOptions, options);
  const fits = compileSchema("jsonForm.schema", schema, longestMs);

  return {
    name,
    gapIn: async () => {
      // An invalid JSON Schema is found before an answer is paid for.
      if (!isStandard(schema)) await fits(null);
      return undefined;
    },
    score: async ({ output }) => {
      if (typeof output !== "string") return toScore(name, notText);
      const { value, problem } = parseJson(output, fenced);
      if (problem !== undefined) return toScore(name, { score: 0, reason: problem });
      try {
        if (await fits(value)) return toScore(name, { score: 1 });
      } catch (error) {
        if (!(error instanceof OutOfTimeError)) throw error;
        const reason = `comparing with the schema takes longer than ${longestMs} ms: does one of its patterns backtrack?`;
        return toScore(name, { score: null, reason });
      }
      return toScore(name, { score: 0, reason: "the answer does not fit the schema" });
    },
  };
}
