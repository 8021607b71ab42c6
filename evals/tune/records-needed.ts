import type { LossTest } from "./loss-test.ts";

/** Standard normal quantile of 0.8: the power that is planned for. */
const powerQuantile = 0.8416;

/**
 * About how many records like these would get a candidate accepted, four times in five. With n units whose
 * summed losses less `maxLoss` have this variance, the normal approximation asks for
 * `(z(1 - delta) + z(0.8))² · variance / (maxLoss - loss)²` units, and even without any loss
 * `ln(1 / delta) / maxLoss` units of the largest size are needed. A measured loss of more than half of
 * `maxLoss` may be bad luck: half of it is assumed, unless it is above `maxLoss` by two standard errors;
 * then no number of records would do: Infinity.
 */
export async function recordsNeeded(
  loss: Float64Array,
  test: LossTest,
  maxLoss: number,
  delta: number,
): Promise<number> {
  const { default: normalQuantile } = await import("@stdlib/stats-base-dists-normal-quantile");
  const perUnit = loss.length / test.units;
  const sums = test.sums(loss, maxLoss);
  const mean = sums.reduce((sum, one) => sum + one, 0) / sums.length;
  const variance = sums.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, sums.length - 1);
  if (mean > 2 * Math.sqrt(variance / sums.length)) return Number.POSITIVE_INFINITY;
  const margin = Math.max(-mean / perUnit, maxLoss / 2) * perUnit;
  const byVariance = ((normalQuantile(1 - delta, 0, 1) + powerQuantile) ** 2 * variance) / margin ** 2;
  const byBound = (-Math.log(delta) * test.largestUnit) / (maxLoss * perUnit);
  // Two digits: it is a rough estimate.
  return roundUp(Math.max(byVariance, byBound) * perUnit * safety);
}

/** Bets keep something in reserve, and begin without knowing the variance. */
const safety = 1.3;

function roundUp(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}
