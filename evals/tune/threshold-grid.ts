import { InvalidOptionError } from "../../src/contracts/index.ts";
import { checkNumber } from "../../src/plugin/index.ts";
import { ALWAYS_SMALL } from "./tuning-file.ts";

export interface GridOptions {
  /**
   * Number of thresholds between always-large and always-small. Default 100: 20 give away up to a twentieth
   * of the saving, 500 gain nothing.
   */
  readonly steps?: number | undefined;
  /**
   * Complexities of traffic without labels, other than the tuning records: the grid is then their quantiles.
   * Default: equal steps, since complexity is a rank in the classifier's reference distribution, of which
   * equal steps are quantiles.
   */
  readonly scores?: ArrayLike<number> | undefined;
}

/**
 * Returns the thresholds to try, from the safest to the cheapest: ascending, in (0, 1], and `ALWAYS_SMALL`
 * last. They are fixed before a label is seen.
 */
export function thresholdGrid({ steps = 100, scores }: GridOptions = {}): readonly number[] {
  checkNumber("tune.steps", steps, { min: 1, max: 1_000, integer: true });
  const even = Array.from({ length: steps }, (_, index) => (index + 1) / steps);
  if (scores === undefined) return [...even, ALWAYS_SMALL];
  const sorted = Float64Array.from(scores).sort();
  const last = sorted.length - 1;
  if (last < 0 || !((sorted[0] as number) >= 0) || !((sorted[last] as number) <= 1))
    throw new InvalidOptionError("tune.scores", scores, "complexities in [0, 1], at least one");
  const quantiles = even.map((share) => {
    const quantile = sorted[Math.min(last, Math.floor(share * sorted.length))] as number;
    // Enough digits to distinguish a ten-thousandth of the requests.
    return Math.round(1e4 * quantile) / 1e4;
  });
  // A threshold of 0 is always-large.
  return [...new Set(quantiles.filter((one) => one > 0)), ALWAYS_SMALL];
}
