import type { Check } from "../../src/contracts/index.ts";
import { readJson } from "../../src/plugin/read-json.ts";
import { textOf, toolCallsOf } from "./internal/answer-parts.ts";
import { fitsBounded } from "./internal/bounded-schema.ts";

/**
 * Accepts an answer that has the form its own request asks for by `response_format` (also of HTTP clients: `text.format`
 * of responses, `output_config.format` of messages): JSON that fits the JSON Schema, or any JSON. Accepts every answer to a
 * request that asks for no form, every tool call, and every answer to a request with `output`: its schema has validated it
 * before, and an answer that does not validate escalates whatever the check.
 *
 * A JSON Schema of `response_format` is the sender's, so it is read without its regular expressions: `pattern`, `format`
 * and keywords that are not among the usual ones say nothing. JSON of more than 1,000,000 characters or nested more than
 * 200 deep, and a validation of more than 200,000 steps, is not accepted.
 */
export function validOutput(): Check {
  return {
    name: "validOutput",
    accepts(_, answer, { asked, note }) {
      if (asked === undefined || toolCallsOf(answer).length > 0) return true;
      const json = readJson(textOf(answer));
      if (json.problem !== undefined) {
        note?.(json.problem);
        return false;
      }
      if (asked.jsonSchema === undefined) return true;
      const verdict = fitsBounded(asked.jsonSchema, json.value);
      if (verdict === undefined) note?.("not validated within 200,000 steps");
      return verdict === true;
    },
  };
}
