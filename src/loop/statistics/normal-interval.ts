import type { MeanError } from "./mean-error.ts";

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Two-sided interval `mean ± z · standard error`, for many values without heavy tails. */
export async function normalInterval(
  { mean, standardError }: MeanError,
  confidence: number,
): Promise<Interval> {
  const { default: quantile } = await import("@stdlib/stats-base-dists-normal-quantile");
  const margin = quantile(1 - (1 - confidence) / 2, 0, 1) * standardError;
  return { low: mean - margin, high: mean + margin };
}
