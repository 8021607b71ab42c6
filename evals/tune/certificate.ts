import type { Estimate, Guarantee, LossTestName } from "../../src/loop/statistics/index.ts";
import type { UnitField } from "../data/split/units.ts";
import type { MissingOutcomes } from "./missing-outcomes.ts";

/** Aim of a tuning. */
export type Target =
  /** Lowest cost with at most this loss, in (0, 1). */
  | { readonly maxLoss: number }
  /** Share of requests to the large model, in [0, 1]. */
  | { readonly largeShare: number }
  /** Lowest loss with at most this cost, in US dollars per 1,000 requests. */
  | { readonly budgetUsd: number };

/**
 * Means over the records, all with equal weight, for the small model alone, the large one alone, and the
 * policy.
 */
export interface Sides {
  readonly small: number;
  readonly large: number;
  readonly routed: number;
}

/**
 * Statement about a policy: with probability `confidence` over the draw of the records, the policy loses less
 * than `maxLoss` against always-large on requests like these, of which at most `unitCap` per unit
 * (conversation, tenant) count. That is proven if `unitCap` was given; if it is the size of the largest unit
 * of these records, the statement rests on simulation too (`guarantee.test.ts`).
 */
export interface Certificate {
  readonly guarantee: Guarantee;
  readonly target: Target;
  /**
   * Promised bound of the guarantee's loss, absolute. With another target than a loss, the bound that was
   * found.
   */
  readonly maxLoss: number;
  /** Confidence, 1 - delta, in (0, 1). */
  readonly confidence: number;
  /** Test of the p-values. */
  readonly test: LossTestName;
  /** Records that the test used. */
  readonly records: number;
  /** Records that chose the threshold and are used for nothing else; 0 for a target that is a loss. */
  readonly choosing: number;
  /** Records that were left out because one of the models is not permitted for them. */
  readonly skipped: number;
  /** Records among `records` that lack an outcome and count as lost. Absent: none. */
  readonly lost?: number | undefined;
  /**
   * Share of all records that were read, in [0, 1], that lack an outcome of one of the models, and by which
   * and why. Absent in files of earlier versions.
   */
  readonly missingShare?: number | undefined;
  readonly missing?: readonly MissingOutcomes[] | undefined;
  /** Records without a classification; they count as sent to the large model. */
  readonly unclassified: number;
  /** Independent units among `records`, and the fields that join records to one. */
  readonly units: number;
  readonly groupBy: readonly UnitField[];
  /** Number of records of the largest unit. */
  readonly largestUnit: number;
  /**
   * Number of requests of a unit that count: those of a larger one weigh `unitCap / size` each, in `loss` and
   * in the promise. 1: all units weigh the same. Absent: `largestUnit`.
   */
  readonly unitCap?: number | undefined;
  /** Seed of the intervals, of the choosing part and, for `betting`, of the order of the units. */
  readonly seed: number;
  /** Threshold, as in the file. */
  readonly threshold?: number | undefined;
  /** Measured loss, in [-1, 1]. */
  readonly loss: number;
  /**
   * Estimate, not a promise, at most `maxLoss`: the bound that the same test gives for this policy alone, on
   * the records that chose it. With another target than a loss it is `maxLoss`.
   */
  readonly upperBound: number;
  /** P-value of the hypothesis that the loss is above `maxLoss`. */
  readonly pValue: number;
  /** Saved share of always-large's cost, in (-inf, 1]. Absent if the cost of a record is not known. */
  readonly saving?: Estimate | undefined;
  /** Share of requests that call the large model, in [0, 1]. */
  readonly largeCallRate: number;
  readonly quality: Sides;
  /** Mean cost of a request, in US dollars. */
  readonly costUsd?: Sides | undefined;
  /**
   * Those of the notes that a reader must know first: a category that loses far more, a loss that rises in the
   * course of the records, earlier tries on them. Absent: none.
   */
  readonly concerns?: readonly string[] | undefined;
  /** Sentences that a reader must also know. */
  readonly notes: readonly string[];
}
