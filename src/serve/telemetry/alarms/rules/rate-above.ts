import { checkKeys } from "../../../../plugin/index.ts";
import type { AlarmRule, SeriesRead } from "../rule.ts";
import { readWindow, type WindowOptions, windowOptionNames } from "./window-options.ts";

/** `of` is counted. `minCount` is about the increase of `per`. */
export interface RateAboveOptions extends WindowOptions {
  /** Divisor. Default: none, and the rate is per second. */
  readonly per?: SeriesRead | undefined;
}

/** Fires when a rate over a window is above a bound: errors per request, cost per second. Throws `InvalidOptionError`. */
export function rateAbove(options: RateAboveOptions): AlarmRule {
  checkKeys("rateAbove", options, ["per", ...windowOptionNames]);
  const { of, per, above } = options;
  const { name, windowMs, minCount, forMs } = readWindow("rateAbove", options);
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
