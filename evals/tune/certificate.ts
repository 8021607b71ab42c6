import type { Estimate } from "../../src/statistics/bootstrap.ts";
import type { Guarantee } from "../../src/statistics/loss-test.ts";
import type { UnitField } from "../data/split/units.ts";

/** What a tuning aims at. */
export type Target =
  /** The least cost whose loss is at most this, in (0, 1). */
  | { readonly maxLoss: number }
  /** This share of requests to the large model, in [0, 1]. */
  | { readonly largeShare: number }
  /** The least loss that costs at most this, in US dollars per 1,000 requests. */
  | { readonly budgetUsd: number };

/** Means over the records, which all weigh the same, for the small model alone, the large one alone, and the policy. */
export interface Sides {
  readonly small: number;
  readonly large: number;
  readonly routed: number;
}

/**
 * The statement: with probability `confidence` over the draw of the records, the policy loses less than
 * `maxLoss` against always-large on requests like these, of a unit (conversation, tenant) at most `unitCap`
 * of them. That is proven where `unitCap` was given; where it is what the largest unit of these very records
 * has, it rests on simulation too (`guarantee.test.ts`).
 */
export interface Certificate {
  readonly guarantee: Guarantee;
  readonly target: Target;
  /** The promise. Absolute: of the guarantee's loss. With another target than a loss, the bound that was found. */
  readonly maxLoss: number;
  /** 1 - delta, in (0, 1). */
  readonly confidence: number;
  /**
   * How the p-values were computed: `binomial`, exact, for regressions where all units are of one record
   * and `unitCap` is 1, else `betting`.
   */
  readonly test: "betting" | "binomial";
  /** Records that the test saw. */
  readonly records: number;
  /** Records that chose the threshold and are in nothing else; 0 for a target that is a loss. */
  readonly choosing: number;
  /** Records that lack the outcome of one of the models: left out. */
  readonly skipped: number;
  /** Records without a classification; they count as sent to the large model. */
  readonly unclassified: number;
  /** Independent units among `records`, and what joins records to one. */
  readonly units: number;
  readonly groupBy: readonly UnitField[];
  /** Records of the largest unit. */
  readonly largestUnit: number;
  /**
   * So many requests of a unit count: those of a larger one weigh `unitCap / size` each, in `loss` and in
   * what is promised. 1: all units weigh the same. Absent: `largestUnit`.
   */
  readonly unitCap?: number | undefined;
  /** Of the order of the units, the choosing part and the intervals. */
  readonly seed: number;
  /** As in the file. */
  readonly threshold?: number | undefined;
  /** Measured, in [-1, 1]. */
  readonly loss: number;
  /**
   * No promise, an estimate, at most `maxLoss`: what the same test says of this policy alone, on the records
   * that chose it. With another target than a loss it is `maxLoss`.
   */
  readonly upperBound: number;
  /** Of the hypothesis that the loss is above `maxLoss`. */
  readonly pValue: number;
  /** Share of always-large's cost, in (-inf, 1]. Absent: the cost of a record is not known. */
  readonly saving?: Estimate | undefined;
  /** Share of requests that call the large model, in [0, 1]. */
  readonly largeCallRate: number;
  readonly quality: Sides;
  /** Mean cost of a request, in US dollars. */
  readonly costUsd?: Sides | undefined;
  /** What a reader must know besides, in sentences. */
  readonly notes: readonly string[];
}
