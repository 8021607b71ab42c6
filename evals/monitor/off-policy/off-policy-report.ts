import type { Estimate, Interval } from "../../../src/loop/statistics/index.ts";
import type { WeightEvidence } from "./weight-evidence.ts";

/**
 * Value with its intervals. Without `low` and `high` there is no honest one: too few rows decide, or too few
 * failures were seen.
 */
export interface OffPolicyEstimate extends Estimate {
  /**
   * `always`: `low` and `high` are bounds that hold at every n, given in place of Student's interval where
   * that would be too short. Absent: they are Student's.
   */
  readonly holds?: "always" | undefined;
  readonly bootstrap?: Interval | undefined;
}

export type Estimator = "ips" | "clippedIps" | "snips" | "dm" | "dr";

/** One reward, quality (in [0, 1]) or cost (US dollars), of the target and of the logged policy. */
export interface RewardReport {
  /** Rows whose reward is known. */
  readonly known: number;
  /** Mean of the logged policy. */
  readonly logged: OffPolicyEstimate;
  /** Estimates for the target. */
  readonly estimates: Readonly<Record<Estimator, OffPolicyEstimate>>;
  /** Target minus logged, by the doubly robust estimate. */
  readonly difference: OffPolicyEstimate;
  /** Rows that decide the error of the target's estimates. */
  readonly evidence: WeightEvidence;
  /** Limit of the weights in `clippedIps`. */
  readonly clip: number;
  /**
   * One-sided lower bound that holds at every n: empirical Bernstein of `clippedIps`. Quality only; absent if
   * the mean weight is not 1.
   */
  readonly lowerBound?: number | undefined;
}

/** Coverage of the target by the log, or by a part of the rows. */
export interface Overlap {
  readonly rows: number;
  /**
   * Mean weight: near 1 unless the propensities are wrong, or the target takes plans that the log could not.
   */
  readonly meanWeight: number;
  readonly maxWeight: number;
  /** Number of rows of equal weight that would carry as much information. */
  readonly effectiveSampleSize: number;
  /** Least share of the target's probability on plans that the log could not have taken, in [0, 1]. */
  readonly uncovered: number;
}

export interface PlanOverlap {
  /** Plan in words. */
  readonly plan: string;
  /** Share of the requests for which the target takes it. */
  readonly targetShare: number;
  /** Share of the rows that took it. */
  readonly loggedShare: number;
  readonly rows: number;
  readonly maxWeight: number;
  readonly effectiveSampleSize: number;
}

export interface StratumOverlap extends Overlap {
  /** Stratum: `complexity 0.3 to 0.4`, `no classification`, `category code`. */
  readonly stratum: string;
}

export interface OffPolicyReport {
  /** Name of the target. */
  readonly policy: string;
  /** Names of the logged policies. */
  readonly loggedPolicies: readonly string[];
  /** Decisions that count: all except the forced ones. */
  readonly rows: number;
  readonly forced: number;
  /** Rows with feedback. */
  readonly rated: number;
  /** Rows without an answer; their quality is 0 unless they were rated. */
  readonly failed: number;
  /** Independent units. */
  readonly units: number;
  readonly confidence: number;
  readonly overlap: Overlap & {
    /** Two-sided p-value of a mean weight of 1. */
    readonly meanWeightPValue: number;
  };
  readonly plans: readonly PlanOverlap[];
  readonly strata: readonly StratumOverlap[];
  /** Quality. Absent if it cannot be estimated: see the warnings. */
  readonly quality?: RewardReport | undefined;
  readonly costUsd?: RewardReport | undefined;
  /** Reasons to doubt the estimates, as sentences. */
  readonly warnings: readonly string[];
}
