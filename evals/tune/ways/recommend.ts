import { bootstrap, type Estimate } from "../../../src/loop/statistics/bootstrap.ts";
import { weightedMean } from "../../../src/loop/statistics/weighted-mean.ts";
import { showPercentUpTo } from "../../../src/plugin/show-percent.ts";
import type { RoutedOutcomes } from "../candidates.ts";
import type { Way, WayResult } from "./way.ts";

/** Mean cost of a request, or the share of large calls where costs are not known. */
export function dearnessOf({ costUsd, toLarge }: RoutedOutcomes): number {
  return weightedMean(costUsd ?? toLarge) ?? 0;
}

/** Names what a way does. */
export function nameOfWay(way: Way): string {
  return {
    threshold: "a threshold on complexity",
    logprob: "a cascade by log-probability",
    agree: "a cascade by agreement of two small models",
    both: "a cascade by log-probability and agreement",
    sufficient: "a cascade by a check fitted on your records",
  }[way];
}

/** Cost of one way less that of another, as a share of always-large's, with its interval by units. */
export async function costDifference(
  one: RoutedOutcomes,
  other: RoutedOutcomes,
  large: Float64Array | undefined,
  { units, resamples, seed }: { units: ArrayLike<number>; resamples: number; seed: number },
): Promise<Estimate | undefined> {
  const [a, b] = [one.costUsd ?? one.toLarge, other.costUsd ?? other.toLarge];
  const priced = one.costUsd !== undefined && other.costUsd !== undefined ? large : undefined;
  const { by } = await bootstrap(
    a.length,
    (weights) => {
      const full = priced === undefined ? 1 : (weightedMean(priced, weights) ?? 0);
      const less = (weightedMean(a, weights) ?? 0) - (weightedMean(b, weights) ?? 0);
      return { by: full > 0 ? less / full : undefined };
    },
    { groups: Array.from(units, String), resamples, seed },
  );
  return by;
}

/** Says in one sentence which way to take, and what is known of the others. */
export function recommendation(
  best: WayResult,
  maxLoss: number,
  others: readonly WayResult[],
  cheaper: { readonly than: Way; readonly by: Estimate } | undefined,
): string {
  const worth = (result: WayResult): string =>
    result.saving === undefined
      ? `${showPercentUpTo(1 - (result.largeCallRate ?? 1), 1)} of requests without the large model`
      : `${showPercentUpTo(result.saving.value, 1)} of the cost`;
  const rest = others
    .filter(({ policy }) => policy !== undefined)
    .map((one) => `${one.way} ${worth(one)}`)
    .join(", ");
  return (
    `Take ${nameOfWay(best.way)} (${best.way}): it saves ${worth(best)} at a certified loss of at most ${maxLoss}` +
    `${rest === "" ? "" : `, and of the others ${rest}`}${sureness(cheaper)}.`
  );
}

function sureness(cheaper: { readonly than: Way; readonly by: Estimate } | undefined): string {
  if (cheaper === undefined) return "";
  const { than, by } = cheaper;
  return by.high !== undefined && by.high < 0
    ? `; that it costs less than ${than} is proven`
    : `; that ${than} and it differ in cost is not proven, and it is the simpler to run`;
}
