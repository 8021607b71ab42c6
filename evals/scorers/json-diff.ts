import { readOptions } from "../../src/plugin/index.ts";
import { notExpected, notText } from "./internal/compare-texts.ts";
import { jsonSimilarity } from "./internal/json-similarity.ts";
import { parseJson } from "./internal/parse-json.ts";
import { plainJson } from "./internal/plain-json.ts";
import { toScore } from "./internal/verdict.ts";
import { withGaps } from "./internal/with-gaps.ts";
import { type JsonFormOptions, jsonFormOptions } from "./json-form.ts";
import type { Scorer } from "./scorer.ts";

/**
 * Scores the similarity of the answer and `expected` as JSON, in [0, 1]. Objects: mean over the keys of both,
 * a missing one is 0. Arrays: place by place, over the longer length. Texts: Dice's coefficient of their
 * pairs of characters. Numbers: 1 - |a - b| / (|a| + |b|). Other values are equal or not. An answer that is
 * not JSON, or is nested more than 100 deep, is 0. `expected` is a value, or its JSON as a text.
 */
export function jsonDiff(options: JsonFormOptions = {}): Scorer {
  const name = "jsonDiff";
  const { fenced } = readOptions(name, jsonFormOptions, options);

  return withGaps({
    name,
    score: ({ output, expected }) => {
      if (typeof output !== "string") return toScore(name, notText);
      if (expected === undefined) return toScore(name, notExpected(expected));
      const wanted = plainJson(expected);
      if (wanted === undefined) return toScore(name, { score: null, reason: "expected is not JSON" });
      const { value, problem } = parseJson(output, fenced);
      if (problem !== undefined) return toScore(name, { score: 0, reason: problem });
      return toScore(name, { score: jsonSimilarity(value, wanted.value, "graded") });
    },
  });
}
