import type { MeanError } from "./mean-error.ts";
import type { Interval } from "./normal-interval.ts";

/**
 * Two-sided interval `mean ± t(n - 1) · standard error` (Student 1908): wider than the normal one for few
 * values.
 */
export async function tInterval(
  { values, mean, standardError }: MeanError,
  confidence: number,
): Promise<Interval> {
  if (values < 2) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const { default: quantile } = await import("@stdlib/stats-base-dists-t-quantile");
  const margin = quantile(1 - (1 - confidence) / 2, values - 1) * standardError;
  return { low: mean - margin, high: mean + margin };
}
