import { readOption } from "../../src/plugin/index.ts";
import type { RoutingCurve } from "./routing-curve.ts";

/**
 * Quality that a mean cost of `costUsd` per request buys: read from the curve, as a polyline, at the first
 * point that costs as much. `costUsd` is at least 0.
 *
 * `undefined` if a cost is not known, and outside the curve's range of costs.
 */
export function qualityAtCost(curve: RoutingCurve, costUsd: number): number | undefined {
  readOption({ is: "number", min: 0 }, "qualityAtCost.costUsd", costUsd);
  let previous: { readonly costUsd: number; readonly quality: number } | undefined;
  for (const point of curve) {
    if (point.costUsd === undefined) return undefined;
    const current = { costUsd: point.costUsd, quality: point.quality };
    if (current.costUsd === costUsd) return current.quality;
    if (current.costUsd > costUsd) {
      if (previous === undefined) return undefined;
      const part = (costUsd - previous.costUsd) / (current.costUsd - previous.costUsd);
      return previous.quality + part * (current.quality - previous.quality);
    }
    previous = current;
  }
  return undefined;
}
