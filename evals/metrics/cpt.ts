import { readOption } from "../../src/plugin/index.ts";
import { type CurveColumns, columnsOf } from "./curve-columns.ts";
import type { RoutingCurve } from "./routing-curve.ts";

/**
 * Call-performance threshold: the smallest share of large calls that recovers `share` of the quality gap, in
 * [0, 1]. `cpt(curve, 0.5)` is CPT(50 %) in the literature; random routing needs `share` itself.
 *
 * Source: RouteLLM (arXiv 2406.18665), which interpolates the share of calls over quality at 11 points as if
 * quality never fell. Here the first crossing of the exact curve is taken, which is right for any curve.
 *
 * `undefined` if the large model is not better than the small one.
 */
export function cpt(curve: RoutingCurve, share: number): number | undefined {
  readOption({ is: "share" }, "cpt.share", share);
  return cptOf(columnsOf(curve), share);
}

/** CPT of a curve whose points are columns; `share` in [0, 1] is not checked. */
export function cptOf(
  { length, largeCallRate: rate, quality }: CurveColumns,
  share: number,
): number | undefined {
  const first = quality[0] as number;
  const last = quality[length - 1] as number;
  if (length === 0 || !(last > first)) return undefined;
  const target = first + share * (last - first);
  for (let at = 0; at < length; at += 1) {
    if ((quality[at] as number) < target) continue;
    const before = Math.max(0, at - 1);
    const rise = (quality[at] as number) - (quality[before] as number);
    const part = rise > 0 ? (target - (quality[before] as number)) / rise : 0;
    return (rate[before] as number) + part * ((rate[at] as number) - (rate[before] as number));
  }
  // Rounding: the last point is the target itself at share 1.
  return rate[length - 1] as number;
}
