import { checkKeys, checkNumber, checkText } from "../../../plugin/index.ts";
import type { AlarmRule, SeriesRead } from "../rule.ts";

export interface QuantileAboveOptions {
  readonly name: string;
  /** A histogram. */
  readonly of: SeriesRead;
  /** In (0, 1). */
  readonly quantile: number;
  /** In the unit of the series. Judged by buckets: take one of their bounds. */
  readonly above: number;
  /** Default 300,000 ms. */
  readonly windowMs?: number | undefined;
  /** Least number of observations in the window. Default 20. */
  readonly minCount?: number | undefined;
  readonly forMs?: number | undefined;
}

/** Fires when more than 1 - quantile of the observations of a window lie in buckets above the bound. Throws `InvalidOptionError`. */
export function quantileAbove(options: QuantileAboveOptions): AlarmRule {
  checkKeys("quantileAbove", options, ["name", "of", "quantile", "above", "windowMs", "minCount", "forMs"]);
  const { name, of, quantile, above, windowMs = 300_000, minCount = 20, forMs } = options;
  checkText("quantileAbove.name", name);
  checkNumber("quantileAbove.quantile", quantile, { min: Number.MIN_VALUE, max: 1 - Number.EPSILON });
  checkNumber("quantileAbove.above", above, { min: 0 });
  return {
    name,
    windowMs,
    forMs,
    reads: [of],
    judge([now], [before]) {
      const { counts = [], bounds = [] } = now ?? {};
      const since = counts.map((count, at) => count - (before?.counts?.[at] ?? 0));
      const all = since.reduce((sum, one) => sum + one, 0);
      if (all < Math.max(1, minCount)) return { firing: undefined, reason: "too little traffic" };
      const slow = since.reduce(
        (sum, one, at) => ((bounds[at] ?? Number.POSITIVE_INFINITY) > above ? sum + one : sum),
        0,
      );
      const value = slow / all;
      const reason = `${(value * 100).toFixed(1)} % of ${of.series} above ${above}, at most ${((1 - quantile) * 100).toFixed(1)} %`;
      return { firing: value > 1 - quantile, value, reason };
    },
  };
}
