import { type OptionTable, readOptions } from "../../../../plugin/index.ts";
import { type AlarmRule, type SeriesRead, seriesRead } from "../rule.ts";
import { type WindowOptions, windowOptions } from "./window-options.ts";

/** `of` is counted. `minCount` is about the increase of `per`. */
export interface RateAboveOptions extends WindowOptions {
  /** Divisor. Default: none, and the rate is per second. */
  readonly per?: SeriesRead | undefined;
}

export const rateAboveOptions: OptionTable<RateAboveOptions, "per" | "forMs"> = {
  ...windowOptions,
  per: { is: "table", of: seriesRead, optional: true },
};

/** Fires when a rate over a window is above a bound: errors per request, cost per second. Throws `InvalidOptionError`. */
export function rateAbove(options: RateAboveOptions): AlarmRule {
  const read = readOptions("rateAbove", rateAboveOptions, options);
  const { name, of, per, above, windowMs, minCount, forMs } = read;
  return {
    name,
    windowMs,
    forMs,
    reads: per === undefined ? [of] : [of, per],
    judge(now, before, elapsedMs) {
      const [count, whole] = now.map(({ sum }, at) => sum - (before[at]?.sum ?? 0));
      const by = per === undefined ? elapsedMs / 1_000 : (whole ?? 0);
      if (count === undefined || by <= 0 || (per !== undefined && by < minCount))
        return { firing: undefined, reason: "too little traffic" };
      const value = count / by;
      const unit = per === undefined ? "a second" : `per ${per.series}`;
      return {
        firing: value > above,
        value,
        reason: `${of.series} ${value.toPrecision(3)} ${unit}, bound ${above}`,
      };
    },
  };
}
