import type { Estimate } from "../../../src/statistics/bootstrap.ts";
import type { Interval } from "../../../src/statistics/normal-interval.ts";

/** A value with its intervals. `low` and `high` are Student's; without them there is no honest interval. */
export interface OffPolicyEstimate extends Estimate {
  readonly normal?: Interval | undefined;
  readonly bootstrap?: Interval | undefined;
}

export type Estimator = "ips" | "clippedIps" | "snips" | "dm" | "dr";

/** One reward, quality (in [0, 1]) or cost (US dollars), of the target and of the policy that was logged. */
export interface RewardReport {
  /** Rows whose reward is known. */
  readonly known: number;
  /** Mean of the policy that was logged. */
  readonly logged: OffPolicyEstimate;
  /** Of the target. */
  readonly estimates: Readonly<Record<Estimator, OffPolicyEstimate>>;
  /** Target less logged, by the doubly robust estimate. */
  readonly difference: OffPolicyEstimate;
  /** What weights were cut to in `clippedIps`. */
  readonly clip: number;
  /** Right at every n: empirical Bernstein of `clippedIps`, one-sided. Quality only. */
  readonly lowerBound?: number | undefined;
}

/** How well the log covers the target, or a part of the rows. */
export interface Overlap {
  readonly rows: number;
  /** Near 1, or the propensities are wrong, or the target takes plans that the log could not. */
  readonly meanWeight: number;
  readonly maxWeight: number;
  /** Rows of equal weight that would tell as much. */
  readonly effectiveSampleSize: number;
  /** Least share of the target's probability on plans that the log could not have taken, in [0, 1]. */
  readonly uncovered: number;
}

export interface PlanOverlap {
  /** For people. */
  readonly plan: string;
  /** Share of the requests that the target sends here. */
  readonly targetShare: number;
  /** Share of the rows that took it. */
  readonly loggedShare: number;
  readonly rows: number;
  readonly maxWeight: number;
  readonly effectiveSampleSize: number;
}

export interface StratumOverlap extends Overlap {
  /** `complexity 0.3 to 0.4`, `no classification`, `category code`. */
  readonly stratum: string;
}

export interface OffPolicyReport {
  /** Name of the target. */
  readonly policy: string;
  /** Names of the policies that were logged. */
  readonly loggedPolicies: readonly string[];
  /** Decisions that count: all but the forced ones. */
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
    /** Two-sided, of a mean weight of 1. */
    readonly meanWeightPValue: number;
  };
  readonly plans: readonly PlanOverlap[];
  readonly strata: readonly StratumOverlap[];
  /** Absent: see the warnings. */
  readonly quality?: RewardReport | undefined;
  readonly costUsd?: RewardReport | undefined;
  /** What makes the estimates doubtful, for people. */
  readonly warnings: readonly string[];
}
