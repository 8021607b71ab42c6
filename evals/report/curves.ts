import { bootstrap } from "../../src/loop/statistics/index.ts";
import { curveReader } from "../metrics/curve-columns.ts";
import { oracleCurve } from "../metrics/oracle-curve.ts";
import {
  orderByScore,
  type PairedOutcomes,
  type RoutingCurve,
  routingCurve,
} from "../metrics/routing-curve.ts";
import type { IntervalSettings } from "./intervals.ts";
import type { Curves } from "./report.ts";
import { outcomesOf } from "./report-rows.ts";
import type { Routing } from "./routing.ts";

/** Most points of a curve: more cannot be distinguished on a page. */
const steps = 60;

/**
 * Computes quality over cost and large-call rate at all thresholds, for the router, length, and the oracle.
 */
export async function curvesOf(
  { cases, alone, reference, complexity, units }: Routing,
  small: string,
  name: string,
  settings: IntervalSettings,
): Promise<Curves> {
  const pair = { small: outcomesOf(alone, small), large: outcomesOf(alone, reference) };
  const order = orderByScore(complexity);
  const curve = routingCurve(pair, order);
  const kept = thinned(curve.map(({ largeCallRate }) => largeCallRate));
  // The points of a curve are those of the order, whatever the weights. As objects, those of each resample of 100,000
  // records would take most of the time of a report.
  const pointsAt = curveReader(pair, order);
  const intervals = await bootstrap(
    cases.length,
    (weights) => {
      const { length, quality } = pointsAt(weights);
      return Object.fromEntries(
        kept.map((index) => [`${index}`, index < length ? quality[index] : undefined]),
      );
    },
    { groups: units, ...settings },
  );
  const router = pointsOf(curve, kept).map((point, at) => {
    const interval = intervals[`${kept[at]}`];
    return { ...point, low: interval?.low, high: interval?.high };
  });
  if (name === "length") return { name, router, oracle: oracleOf(pair) };
  const characters = Float64Array.from(cases, ({ context }) => context.request.askCharacters);
  const length = routingCurve(pair, orderByScore(characters)).map((point) => ({
    ...point,
    threshold: Infinity,
  }));
  return { name, router, length: pointsOf(length), oracle: oracleOf(pair) };
}

function oracleOf(pair: PairedOutcomes): Curves["oracle"] {
  const frontier = oracleCurve(pair);
  if (frontier !== undefined) {
    const costs = frontier.map(({ costUsd = 0 }) => costUsd);
    return thinned(costs).map((index) => frontier[index] ?? { quality: Number.NaN });
  }
  const gain = pair.large.quality.map((quality, index) => quality - (pair.small.quality[index] as number));
  const curve = routingCurve(pair, orderByScore(gain)).map((point) => ({ ...point, threshold: Infinity }));
  // Beyond its peak, requests would go to the large model although it is worse on them.
  const peak = curve.reduce(
    (best, { quality }, index) => (quality > (curve[best]?.quality ?? 0) ? index : best),
    0,
  );
  return pointsOf(curve.slice(0, peak + 1));
}

function pointsOf(
  curve: RoutingCurve,
  kept: readonly number[] = thinned(curve.map(({ largeCallRate }) => largeCallRate)),
): Curves["router"] {
  return kept.map((index) => {
    const { threshold = Infinity, ...point } = curve[index] ?? {
      largeCallRate: Number.NaN,
      quality: Number.NaN,
    };
    return threshold === Infinity ? point : { threshold, ...point };
  });
}

/** Selects indices of rising numbers: both ends and at most one for each step between them. */
function thinned(rising: readonly number[]): readonly number[] {
  const first = rising[0] ?? 0;
  const width = ((rising.at(-1) ?? 0) - first) / steps;
  const kept: number[] = [];
  let next = Number.NEGATIVE_INFINITY;
  rising.forEach((value, index) => {
    if (value < next && index < rising.length - 1) return;
    kept.push(index);
    next = first + (Math.floor((value - first) / width + 1e-9) + 1) * width;
  });
  return kept;
}
