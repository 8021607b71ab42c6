import { InvalidOptionError } from "../../src/contracts/index.ts";
import { type HumanLabel, indexLabels } from "../data/labels/human-label.ts";
import { toScore } from "./internal/verdict.ts";
import { withGaps } from "./internal/with-gaps.ts";
import type { Scorer } from "./scorer.ts";

/**
 * Scores an answer by the labels of people (`readHumanLabels`), found by `id` of the record and name of the
 * model: the mean over its raters. An answer without a label is not scored. Metadata: `labels`, their number,
 * and `spread`, the highest minus the lowest.
 */
export function humanLabels(labels: readonly HumanLabel[]): Scorer {
  if (!Array.isArray(labels) || labels.length === 0)
    throw new InvalidOptionError("humanLabels.labels", labels, "a non-empty array of labels");
  const index = indexLabels(labels);
  const name = "humanLabels";

  return withGaps({
    name,
    score: ({ id, model }) => {
      const answer = id === undefined ? undefined : index.find(id, model);
      if (answer === undefined) return toScore(name, { score: null, reason: "this answer has no label" });
      const qualities = answer.labels.map(({ quality }) => quality);
      // Without spread arguments: there may be many.
      const spread = qualities.reduce((a, b) => Math.max(a, b)) - qualities.reduce((a, b) => Math.min(a, b));
      return toScore(name, { score: answer.quality, metadata: { labels: qualities.length, spread } });
    },
  });
}
