import { type Guarantee, type LossTest, weightedMean } from "../../src/loop/statistics/index.ts";
import type { ModelOutcomes, PairedOutcomes } from "../metrics/routing-curve.ts";

/** Result of a policy by record, in exact expectation. */
export interface RoutedOutcomes extends ModelOutcomes {
  /** Probability that the large model is called. */
  readonly toLarge: Float64Array;
}

/** Policies to test, in order: from the safest to the cheapest. */
export interface Candidates {
  readonly count: number;
  /**
   * Returns a candidate's outcomes, computed on request, so that only one candidate has to be kept. The same
   * object means the same routing.
   */
  readonly at: (index: number) => RoutedOutcomes;
}

/**
 * Candidates that send `complexity >= threshold` to the large model. Records without a classification have
 * Infinity.
 */
export function thresholdCandidates(
  complexity: Float64Array,
  { small, large }: PairedOutcomes,
  grid: readonly number[],
): Candidates {
  let last: { readonly threshold: number; readonly routed: RoutedOutcomes } | undefined;
  return {
    count: grid.length,
    at(index) {
      const threshold = grid[index] as number;
      if (last !== undefined && isBetweenNone(complexity, last.threshold, threshold)) return last.routed;
      const isPriced = small.costUsd !== undefined && large.costUsd !== undefined;
      const toLarge = new Float64Array(complexity.length);
      const quality = small.quality.slice();
      const costUsd = isPriced ? small.costUsd.slice() : undefined;
      // A loop: tuning does this for each threshold, and studies for thousands of samples.
      for (let record = 0; record < complexity.length; record += 1) {
        if (!((complexity[record] as number) >= threshold)) continue;
        toLarge[record] = 1;
        quality[record] = large.quality[record] as number;
        if (costUsd !== undefined) costUsd[record] = large.costUsd?.[record] as number;
      }
      const routed = { toLarge, quality, costUsd };
      last = { threshold, routed };
      return routed;
    },
  };
}

/** True if two thresholds route all records the same way. */
function isBetweenNone(complexity: Float64Array, one: number, other: number): boolean {
  const from = Math.min(one, other);
  const to = Math.max(one, other);
  return !complexity.some((at) => at >= from && at < to);
}

/**
 * Losses against always-large by record: the difference in quality, or 1 if the routed quality is lower. If a
 * lottery or an uncertain check decides, its expected quality is compared.
 */
export function lossesOf(guarantee: Guarantee, large: Float64Array, routed: Float64Array): Float64Array {
  const losses = new Float64Array(large.length);
  for (let record = 0; record < large.length; record += 1) {
    const loss = (large[record] as number) - (routed[record] as number);
    losses[record] = guarantee === "mean" ? loss : Number(loss > 0);
  }
  return losses;
}

export interface Contest {
  readonly candidates: Candidates;
  /** Outcomes of the large model, by record. */
  readonly large: { readonly quality: Float64Array; readonly costUsd?: Float64Array | undefined };
  readonly guarantee: Guarantee;
  readonly test: LossTest;
  /** Loss limit in (0, 1). */
  readonly maxLoss: number;
  readonly delta: number;
}

export interface Chosen {
  /** Index of the candidate; -1 is always-large, which is accepted by definition. */
  readonly index: number;
  /**
   * Number of candidates from the start that are accepted: with probability `1 - delta` the loss of all of
   * them is at most `maxLoss`.
   */
  readonly accepted: number;
  /** P-values of the candidates that were tested. */
  readonly pValues: readonly number[];
}

/**
 * Chooses the cheapest candidate of those accepted: by mean cost, or by the share of large calls if a cost is not
 * known. Ties go to the safest.
 *
 * Fixed-sequence testing: the candidates are tested in their order, each at the full level, up to the first whose
 * p-value is above it. The chance of accepting a wrong one is at most `delta`, since that requires accepting the first
 * wrong one (Maurer, Hothorn & Lehmacher 1995). The order must not depend on the labels.
 */
export function chooseCandidate({ candidates, large, guarantee, test, maxLoss, delta }: Contest): Chosen {
  const dearness = (costUsd: Float64Array | undefined, toLarge: Float64Array): number =>
    weightedMean(large.costUsd === undefined ? toLarge : (costUsd ?? toLarge)) ?? 0;
  const all = new Float64Array(large.quality.length).fill(1);
  let index = -1;
  let least = dearness(large.costUsd, all);
  const pValues: number[] = [];
  let before: RoutedOutcomes | undefined;
  for (let candidate = 0; candidate < candidates.count; candidate += 1) {
    const routed = candidates.at(candidate);
    const { quality, costUsd, toLarge } = routed;
    const pValue =
      before === routed
        ? (pValues[candidate - 1] as number)
        : test.pValue(lossesOf(guarantee, large.quality, quality), maxLoss);
    before = routed;
    pValues.push(pValue);
    // NaN is above it, too.
    if (!(pValue <= delta)) return { index, accepted: candidate, pValues };
    const cost = dearness(costUsd, toLarge);
    if (cost < least) {
      least = cost;
      index = candidate;
    }
  }
  return { index, accepted: candidates.count, pValues };
}
