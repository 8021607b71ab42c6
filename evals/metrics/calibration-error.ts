import { equalMassBins, wilsonInterval } from "../../src/loop/statistics/index.ts";

/** Records of similar estimates, for a calibration (reliability) plot. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly records: number;
  /** Mean estimate and mean quality. */
  readonly estimated: number;
  readonly measured: number;
  /** 95 % Wilson score interval of `measured` over independent records; conservative for graded quality. */
  readonly low: number;
  readonly high: number;
}

/** Distance of estimates of a quality from the quality, over all records. */
export interface CalibrationError {
  /**
   * Brier score (Brier 1950): mean of `(estimate - quality)²`, in [0, 1], also for graded quality. Better
   * calibration and more knowledge both lower it.
   */
  readonly brier: number;
  /**
   * Expected calibration error: the sum over bins of `n_bin / n · |mean estimate - mean quality|`, in [0, 1].
   * Ten bins of equal mass (Nguyen & O'Connor 2015; Nixon et al. 2019, arXiv 1904.01685), not of equal width
   * (Naeini et al. 2015), most of which would be empty. A constant estimate equal to the mean has an error of
   * 0: it measures calibration only.
   */
  readonly ece: number;
  /**
   * ECE that exactly right estimates would show by chance on as many records: `n_bin / n · sqrt(2 / π) ·
   * sd_bin / sqrt(n_bin)`, summed. Differences below it mean nothing.
   */
  readonly eceByChance: number;
}

/** Bins of the ECE and of the plot. */
const bins = 10;

/** Computes the errors. `estimates` and `quality` are by record, in [0, 1]. NaN without records. */
export function calibrationError(estimates: ArrayLike<number>, quality: ArrayLike<number>): CalibrationError {
  const count = estimates.length;
  let squares = 0;
  for (let at = 0; at < count; at += 1) squares += ((estimates[at] as number) - (quality[at] as number)) ** 2;
  let ece = 0;
  let eceByChance = 0;
  for (const positions of equalMassBins(estimates, bins)) {
    const share = positions.length / count;
    const measured = meanAt(quality, positions);
    ece += share * Math.abs(meanAt(estimates, positions) - measured);
    const variance = positions.reduce((sum, at) => sum + ((quality[at] as number) - measured) ** 2, 0);
    eceByChance += share * Math.sqrt(((2 / Math.PI) * variance) / positions.length ** 2);
  }
  return { brier: squares / count, ece: count === 0 ? Number.NaN : ece, eceByChance };
}

/** Bins of a calibration plot: ten of equal mass, fewer where estimates are equal. */
export function calibrationBins(
  estimates: ArrayLike<number>,
  quality: ArrayLike<number>,
): readonly CalibrationBin[] {
  return equalMassBins(estimates, bins).map((positions) => {
    const measured = meanAt(quality, positions);
    return {
      from: estimates[positions[0] as number] as number,
      to: estimates[positions.at(-1) as number] as number,
      records: positions.length,
      estimated: meanAt(estimates, positions),
      measured,
      ...wilsonInterval(measured, positions.length),
    };
  });
}

function meanAt(values: ArrayLike<number>, positions: readonly number[]): number {
  return positions.reduce((sum, at) => sum + (values[at] as number), 0) / positions.length;
}
