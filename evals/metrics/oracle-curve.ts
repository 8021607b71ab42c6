import type { CostQuality, CostQualityColumns } from "./aiq.ts";
import type { PairedOutcomes } from "./routing-curve.ts";

/**
 * Best mean quality at every mean cost that a router between the two models could reach if it knew the
 * outcomes: from the cheaper model on every record, upgrades in order of quality gained per dollar (the
 * fractional knapsack). Concave and rising. `undefined` if costs are not known.
 */
export function oracleCurve(
  pair: PairedOutcomes,
  weights?: ArrayLike<number>,
): readonly CostQuality[] | undefined {
  const { length, costUsd, quality } = oracleReader(pair)(
    weights ?? new Float64Array(pair.small.quality.length).fill(1),
  );
  if (costUsd === undefined) return undefined;
  return Array.from({ length }, (_, at) => ({
    costUsd: costUsd[at] as number,
    quality: quality[at] as number,
  }));
}

/**
 * Returns a function that computes the points for the weights of a resample. Upgrades are sorted once, since a
 * weight changes neither their gain per dollar nor so their order. It reuses its columns: do not keep them.
 */
export function oracleReader({
  small,
  large,
}: PairedOutcomes): (weights: ArrayLike<number>) => CostQualityColumns {
  const { costUsd: from } = small;
  const { costUsd: to } = large;
  if (from === undefined || to === undefined) return () => ({ length: 0, quality: new Float64Array() });
  const records = small.quality.length;
  const gain = large.quality.map((one, index) => one - (small.quality[index] as number));
  const extra = to.map((one, index) => one - (from[index] as number));
  // Start with the cheaper model; at equal cost with the better one.
  const startsLarge = (index: number): boolean =>
    (extra[index] as number) < 0 || (extra[index] === 0 && (gain[index] as number) > 0);
  const startQuality = small.quality.map((one, index) =>
    startsLarge(index) ? (large.quality[index] as number) : one,
  );
  const startCost = from.map((one, index) => (startsLarge(index) ? (to[index] as number) : one));
  const upgrades = Uint32Array.from({ length: records }, (_, index) => index).filter(
    (index) =>
      extra[index] !== 0 && gain[index] !== 0 && (gain[index] as number) > 0 === (extra[index] as number) > 0,
  );
  const worth = (index: number): number => Math.abs(gain[index] as number) / Math.abs(extra[index] as number);
  upgrades.sort((a, b) => worth(b) - worth(a) || a - b);
  const qualities = new Float64Array(upgrades.length + 1);
  const costs = new Float64Array(upgrades.length + 1);

  return (weights) => {
    let total = 0;
    let quality = 0;
    let costUsd = 0;
    for (let index = 0; index < records; index += 1) {
      const weight = weights[index] as number;
      total += weight;
      quality += weight * (startQuality[index] as number);
      costUsd += weight * (startCost[index] as number);
    }
    if (total === 0) return { length: 0, costUsd: costs, quality: qualities };
    costs[0] = costUsd / total;
    qualities[0] = quality / total;
    let length = 1;
    for (const index of upgrades) {
      const weight = weights[index] as number;
      if (!(weight > 0)) continue;
      quality += weight * Math.abs(gain[index] as number);
      costUsd += weight * Math.abs(extra[index] as number);
      costs[length] = costUsd / total;
      qualities[length] = quality / total;
      length += 1;
    }
    return { length, costUsd: costs, quality: qualities };
  };
}
