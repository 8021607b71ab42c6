import { chiSquaredQuantile } from "../statistics/chi-squared.ts";
import { scoreBins } from "../statistics/score-bins.ts";
import { scoreDrift } from "../statistics/score-drift.ts";
import { MIN_PSI } from "./compare-labels.ts";
import type { CompareSettings } from "./compare-settings.ts";
import type { DriftReference } from "./drift-options.ts";
import type { DriftFinding } from "./drift-status.ts";

/**
 * Compares complexities with a reference by PSI and Kolmogorov-Smirnov, each with half of the level. Returns the one
 * that has drifted, else the index.
 */
export function compareScores(
  scores: readonly number[],
  reference: DriftReference,
  { level, least }: CompareSettings,
): DriftFinding {
  if (scores.length < least) {
    const reason = `too few scores to compare: ${scores.length}, ${least} are needed`;
    return { of: "score", verdict: "not-judged", statistic: "PSI", value: 0, bound: 0, reason };
  }
  const bins = scoreBins(reference.quantiles).length;
  const perScore = 1 / scores.length + 1 / reference.scores;
  const byChance = (chiSquaredQuantile(level / 2, Math.max(1, bins - 1)) - (bins - 1)) * perScore;
  const minPsi = Math.max(MIN_PSI, byChance);
  const drift = scoreDrift(scores, reference, { minScores: fewest, level: level / 2, minPsi });
  const { psi, ks } = drift;
  const verdict = drift.verdict === "stable" ? "steady" : drift.verdict;
  const reason =
    verdict === "not-judged"
      ? `the reference has ${reference.scores} scores, ${fewest} are needed`
      : `the median complexity was ${show(middleOf(reference.quantiles))} and is ${show(middleOf([...scores].sort((a, b) => a - b)))}; at one threshold the share of large calls differs by ${(100 * ks.distance).toFixed(0)} points`;
  if (ks.drifted && !psi.drifted)
    return {
      of: "score",
      verdict,
      statistic: "KS",
      value: ks.distance,
      bound: boundOf(ks.minDistance, level / 2, perScore),
      reason,
    };
  const { value, limit: bound, nullValue } = psi;
  return { of: "score", verdict, statistic: "PSI", value, bound, nullValue, reason };
}

/** Distance from which the test gives an alarm: the limit of Kolmogorov's distribution, if it is not too small to matter. */
function boundOf(minDistance: number, level: number, perScore: number): number {
  return Math.max(minDistance, Math.sqrt((-Math.log(level / 2) / 2) * perScore));
}

function middleOf(ascending: readonly number[]): number {
  return ascending[Math.floor(ascending.length / 2)] ?? 0;
}

function show(complexity: number): string {
  return complexity.toFixed(2);
}

/** Fewest independent scores of a reference. */
const fewest = 100;
/** Number of steps between the quantiles of a reference. */
const steps = 200;

/** Returns a window's scores as a reference; undefined if there are fewer than `least`. */
export function referenceOf(
  scores: readonly number[],
  classifier: string | undefined,
  least: number,
): DriftReference | undefined {
  if (scores.length < least) return undefined;
  const ascending = [...scores].sort((a, b) => a - b);
  const last = ascending.length - 1;
  const quantiles = Array.from(
    { length: steps + 1 },
    (_, at) => ascending[Math.round((at * last) / steps)] as number,
  );
  return { quantiles, scores: ascending.length, classifier };
}
