import { readOption } from "../../src/plugin/index.ts";
import type { RoutingCurve } from "./routing-curve.ts";

/**
 * Mean cost of a request at which the curve, as a polyline, first reaches this quality: CPT in dollars
 * instead of shares of large calls. It is also right where prompts differ in cost, and where an escalated
 * request pays for two calls. `quality` is in [0, 1].
 *
 * `undefined` if a cost is not known or the quality is never reached.
 */
export function costAtQuality(curve: RoutingCurve, quality: number): number | undefined {
  readOption({ is: "share" }, "costAtQuality.quality", quality);
  let previous: { readonly costUsd: number; readonly quality: number } | undefined;
  for (const point of curve) {
    if (point.costUsd === undefined) return undefined;
    const current = { costUsd: point.costUsd, quality: point.quality };
    if (current.quality >= quality) {
      if (previous === undefined) return current.costUsd;
      const part = (quality - previous.quality) / (current.quality - previous.quality);
      return previous.costUsd + part * (current.costUsd - previous.costUsd);
    }
    previous = current;
  }
  return undefined;
}
