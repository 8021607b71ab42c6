import { type OptionTable, readOptions } from "../../../../plugin/index.ts";
import type { AlarmRule } from "../rule.ts";
import { type WindowOptions, windowOptions } from "./window-options.ts";

/** `of` is a histogram, `above` in its unit. It is judged by buckets: take one of their bounds. */
export interface QuantileAboveOptions extends WindowOptions {
  /** In (0, 1). */
  readonly quantile: number;
}

export const quantileAboveOptions: OptionTable<QuantileAboveOptions, "forMs"> = {
  ...windowOptions,
  quantile: { is: "share", above: 0, below: 1 },
};

/** Fires when more than 1 - quantile of the observations of a window lie in buckets above the bound. Throws `InvalidOptionError`. */
export function quantileAbove(options: QuantileAboveOptions): AlarmRule {
  const read = readOptions("quantileAbove", quantileAboveOptions, options);
  const { name, of, quantile, above, windowMs, minCount, forMs } = read;
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
