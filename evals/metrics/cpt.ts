import { checkNumber } from "../../src/plugin/index.ts";
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
  checkNumber("cpt.share", share, { min: 0, max: 1 });
  const first = curve[0];
  const last = curve.at(-1);
  if (first === undefined || last === undefined || !(last.quality > first.quality)) return undefined;
  const target = first.quality + share * (last.quality - first.quality);
  let previous = first;
  for (const point of curve) {
    if (point.quality >= target) {
      const rise = point.quality - previous.quality;
      const part = rise > 0 ? (target - previous.quality) / rise : 0;
      return previous.largeCallRate + part * (point.largeCallRate - previous.largeCallRate);
    }
    previous = point;
  }
  // Rounding: the last point is the target itself at share 1.
  return last.largeCallRate;
}
