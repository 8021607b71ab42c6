import { readOption } from "../../src/plugin/index.ts";
import type { CurvePoint, RoutingCurve } from "./routing-curve.ts";

/**
 * Returns quality, cost and large-call rate at each threshold, in the given order: records with `score >=
 * threshold` go to the large model. The curve has sorted the scores once, so a threshold costs O(log n).
 * Thresholds are finite numbers.
 */
export function sweep(curve: RoutingCurve, thresholds: readonly number[]): readonly CurvePoint[] {
  return thresholds.map((threshold) => {
    readOption({ is: "number" }, "sweep.threshold", threshold);
    // The last point whose own threshold is not below: thresholds fall along the curve.
    let low = 0;
    let high = curve.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((curve[middle]?.threshold ?? Number.NEGATIVE_INFINITY) >= threshold) low = middle;
      else high = middle - 1;
    }
    return { ...(curve[low] as CurvePoint), threshold };
  });
}
