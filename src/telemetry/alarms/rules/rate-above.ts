import { checkKeys, checkNumber, checkText } from "../../../plugin/index.ts";
import type { AlarmRule, SeriesRead } from "../rule.ts";

export interface RateAboveOptions {
  readonly name: string;
  /** Counted series. */
  readonly of: SeriesRead;
  /** Divisor. Default: none, and the rate is per second. */
  readonly per?: SeriesRead | undefined;
  /** Rate above which it fires, at least 0. */
  readonly above: number;
  /** Default 300,000 ms. */
  readonly windowMs?: number | undefined;
  /** Least increase of `per` within the window below which nothing is said. Default 20. */
  readonly minCount?: number | undefined;
  readonly forMs?: number | undefined;
}

/** Fires when a rate over a window is above a bound: errors per request, cost per second. Throws `InvalidOptionError`. */
export function rateAbove(options: RateAboveOptions): AlarmRule {
  checkKeys("rateAbove", options, ["name", "of", "per", "above", "windowMs", "minCount", "forMs"]);
  const { name, of, per, above, windowMs = 300_000, minCount = 20, forMs } = options;
  checkText("rateAbove.name", name);
  checkNumber("rateAbove.above", above, { min: 0 });
  checkNumber("rateAbove.minCount", minCount, { min: 0 });
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
