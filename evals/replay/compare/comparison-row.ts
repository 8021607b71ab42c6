import type { Estimate } from "../../../src/loop/statistics/index.ts";

export type ComparisonMetric =
  | "quality"
  | "costUsd"
  | "largeCallRate"
  | "pgr"
  | "apgr"
  | "cpt50"
  | "cpt80"
  | "aiq"
  | "regret";

/** Router with its metrics. `undefined` if not applicable, see each metric. */
export type ComparisonRow = { readonly name: string } & Readonly<
  Record<ComparisonMetric, Estimate | undefined>
>;

export interface IntervalOptions {
  /** Number of bootstrap resamples, grouped by prompt. Default 1,000. */
  readonly resamples?: number | undefined;
  /** Seed of the bootstrap, a whole number in [0, 2^32). Default 1. */
  readonly seed?: number | undefined;
  /** Confidence of the intervals, in (0, 1). Default 0.95. */
  readonly confidence?: number | undefined;
}
