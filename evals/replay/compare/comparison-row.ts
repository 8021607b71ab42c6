import type { Estimate } from "../../../src/loop/statistics/index.ts";
import type { OptionTable } from "../../../src/plugin/index.ts";

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

export const intervalOptions: OptionTable<IntervalOptions> = {
  resamples: { is: "number", min: 1, max: 1_000_000, integer: true, default: 1_000 },
  seed: { is: "number", min: 0, max: 0xffff_ffff, integer: true, default: 1 },
  confidence: { is: "number", above: 0, below: 1, default: 0.95 },
};
