import {
  fixedSequence,
  type Guarantee,
  type LossTest,
  weightedMean,
} from "../../src/loop/statistics/index.ts";
import { type Candidates, lossesOf, type RoutedOutcomes } from "./candidates.ts";

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
 * Chooses the cheapest candidate of those accepted by fixed-sequence testing: by mean cost, or by the share
 * of large calls if a cost is not known. Ties go to the safest.
 */
export function chooseCandidate({ candidates, large, guarantee, test, maxLoss, delta }: Contest): Chosen {
  const dearness = (costUsd: Float64Array | undefined, toLarge: Float64Array): number =>
    weightedMean(large.costUsd === undefined ? toLarge : (costUsd ?? toLarge)) ?? 0;
  const all = new Float64Array(large.quality.length).fill(1);
  let index = -1;
  let least = dearness(large.costUsd, all);
  let before: { readonly routed: RoutedOutcomes; readonly pValue: number } | undefined;
  const sequence = fixedSequence(
    candidates.count,
    (candidate) => {
      const routed = candidates.at(candidate);
      const { quality, costUsd, toLarge } = routed;
      const pValue =
        before?.routed === routed
          ? before.pValue
          : test.pValue(lossesOf(guarantee, large.quality, quality), maxLoss);
      before = { routed, pValue };
      const cost = dearness(costUsd, toLarge);
      if (pValue <= delta && cost < least) {
        least = cost;
        index = candidate;
      }
      return pValue;
    },
    delta,
  );
  return { index, ...sequence };
}
