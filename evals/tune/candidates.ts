import type { ModelOutcomes, PairedOutcomes } from "../metrics/routing-curve.ts";
import type { Guarantee } from "./certificate.ts";

/** What a policy gives, by record, in exact expectation. */
export interface RoutedOutcomes extends ModelOutcomes {
  /** Probability that the large model is called. */
  readonly toLarge: Float64Array;
}

/** The policies that are tried, in the order in which they are tested: from the safest to the cheapest. */
export interface Candidates {
  readonly count: number;
  /** Made anew each time, so that only one of them need be kept. */
  readonly at: (index: number) => RoutedOutcomes;
}

/** `complexity >= threshold` goes to the large model. Records without a classification have Infinity. */
export function thresholdCandidates(
  complexity: Float64Array,
  { small, large }: PairedOutcomes,
  grid: readonly number[],
): Candidates {
  return {
    count: grid.length,
    at(index) {
      const threshold = grid[index] as number;
      const toLarge = complexity.map((one) => (one >= threshold ? 1 : 0));
      const pick = (ofSmall: Float64Array, ofLarge: Float64Array): Float64Array =>
        toLarge.map((isLarge, record) => (isLarge === 1 ? ofLarge : ofSmall)[record] as number);
      return {
        toLarge,
        quality: pick(small.quality, large.quality),
        costUsd: small.costUsd && large.costUsd && pick(small.costUsd, large.costUsd),
      };
    },
  };
}

/**
 * What is lost against always-large, by record: the difference in quality, or whether the routed quality
 * is lower. Where a lottery or a check that is not sure decides, its expected quality is what is compared.
 */
export function lossesOf(guarantee: Guarantee, large: Float64Array, routed: Float64Array): Float64Array {
  return guarantee === "mean"
    ? large.map((quality, index) => quality - (routed[index] as number))
    : large.map((quality, index) => ((routed[index] as number) < quality ? 1 : 0));
}
