import { bootstrap, type Estimate, weightedMean } from "../../src/loop/statistics/index.ts";

/** Settings of all intervals of a report. */
export interface IntervalSettings {
  readonly resamples: number;
  readonly seed: number;
  readonly confidence: number;
}

/** Computes the mean of values whose units are drawn together. */
export async function meanWithInterval(
  values: readonly number[],
  units: readonly string[],
  settings: IntervalSettings,
): Promise<Estimate> {
  const statistics = (weights: Float64Array) => ({ mean: weightedMean(values, weights) });
  const { mean } = await bootstrap(values.length, statistics, { groups: units, ...settings });
  return mean ?? { value: Number.NaN };
}
