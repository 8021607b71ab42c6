import { type OptionTable, readOptions } from "../../src/plugin/index.ts";
import type { Embedder } from "../../src/router/classifiers/index.ts";
import { embedderFacts, embedderOptions, readAnswer } from "../../src/router/classifiers/inner.ts";
import { completeFacts, estimateCost, priceAt } from "../../src/router/cost/inner.ts";
import { expectedTexts, notExpected, notText } from "./internal/compare-texts.ts";
import { toScore } from "./internal/verdict.ts";
import { withGaps } from "./internal/with-gaps.ts";
import type { Scorer } from "./scorer.ts";

export interface EmbeddingSimilarityOptions extends Embedder {
  /**
   * Cosine that scores 0, in [-1, 1); 1 scores 1, and between them the score is linear. Texts that have
   * nothing in common rarely reach -1: measure yours. Default -1.
   */
  readonly zeroAt?: number | undefined;
  /** Number of characters of each text, from its beginning; the rest is cut off. Default 8,000. */
  readonly maxCharacters?: number | undefined;
}

export const embeddingSimilarityOptions: OptionTable<EmbeddingSimilarityOptions, "name" | "price"> = {
  ...embedderOptions,
  zeroAt: { is: "number", min: -1, below: 1, default: -1 },
  maxCharacters: { is: "number", min: 1, max: 1_000_000, integer: true, default: 8_000 },
};

/**
 * Scores how near the answer is to `expected` (the nearest of a list) in your embedding model's space: the
 * cosine, mapped to [0, 1] by `(cosine - zeroAt) / (1 - zeroAt)`. It measures if texts have the same topic,
 * not if they agree: "yes" and "no" are neighbours. Answer and expected texts go out in one call. `costUsd`
 * is present if `embed` returns its `inputTokens` and the price is known. An answer without text scores 0.
 *
 * Throws `InvalidOptionError`.
 */
export function embeddingSimilarity(options: EmbeddingSimilarityOptions): Scorer {
  const read = readOptions("embeddingSimilarity", embeddingSimilarityOptions, options);
  const { embed, zeroAt, maxCharacters } = read;
  const facts = completeFacts(embedderFacts(read));
  const name = "embeddingSimilarity";
  const prepare = (text: string): string =>
    text.slice(0, maxCharacters).replace(/\p{Cs}|(?![\t\n\r])\p{Cc}/gu, "\ufffd");

  return withGaps({
    name,
    mostCostUsd: ({ output, expected }) => {
      const wanted = wantedTexts(expected);
      if (wanted.length === 0 || typeof output !== "string" || output.trim() === "") return 0;
      // A token is at least one byte.
      const bytes = [output, ...wanted].reduce((sum, text) => sum + Buffer.byteLength(prepare(text)), 0);
      return facts.price && estimateCost(priceAt(facts.price, Date.now()), bytes, 0);
    },
    score: async ({ output, expected, signal = new AbortController().signal }) => {
      if (typeof output !== "string") return toScore(name, notText);
      const wanted = wantedTexts(expected);
      if (wanted.length === 0) return toScore(name, notExpected(expected));
      if (output.trim() === "") return toScore(name, { score: 0, reason: "the answer has no text" });
      const answer = readAnswer(await embed([output, ...wanted].map(prepare), { signal }));
      const { inputTokens } = answer;
      const cost =
        inputTokens === undefined || facts.price === undefined
          ? {}
          : { costUsd: estimateCost(priceAt(facts.price, Date.now()), inputTokens, 0) };
      const metadata = {
        model: facts.name,
        ...(inputTokens === undefined ? {} : { usage: { inputTokens, outputTokens: 0 } }),
        ...cost,
      };
      const [own, ...others] = answer.vectors;
      const cosines = others.map((other) => cosineOf(own ?? [], other));
      if (cosines.length !== wanted.length || cosines.some(Number.isNaN))
        return toScore(name, { score: null, reason: "embed did not return one vector per text", metadata });
      const cosine = Math.max(...cosines);
      const score = Math.min(1, Math.max(0, (cosine - zeroAt) / (1 - zeroAt)));
      return toScore(name, { score, metadata: { cosine, ...metadata } });
    },
  });
}

/** Most expected texts of a list; further ones are left out. */
const mostExpected = 100;

function wantedTexts(expected: unknown): readonly string[] {
  const texts = expectedTexts(expected)?.filter((text) => text.trim() !== "") ?? [];
  return texts.slice(0, mostExpected);
}

/** Cosine of two vectors. NaN if there is no angle between them: different lengths, a vector of zeros. */
function cosineOf(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.NaN;
  let [product, lengthA, lengthB] = [0, 0, 0];
  for (let index = 0; index < a.length; index += 1) {
    const [x, y] = [a[index] as number, b[index] as number];
    product += x * y;
    lengthA += x * x;
    lengthB += y * y;
  }
  return product / Math.sqrt(lengthA * lengthB);
}
