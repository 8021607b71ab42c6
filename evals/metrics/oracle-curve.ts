import type { CostQuality } from "./aiq.ts";
import type { PairedOutcomes } from "./routing-curve.ts";

/**
 * Best mean quality at every mean cost that a router between the two models could reach if it knew the
 * outcomes: from the cheaper model on every record, upgrades in order of quality gained per dollar (the
 * fractional knapsack). Concave and rising. `undefined` if costs are not known.
 */
export function oracleCurve(
  { small, large }: PairedOutcomes,
  weights?: ArrayLike<number>,
): readonly CostQuality[] | undefined {
  if (small.costUsd === undefined || large.costUsd === undefined) return undefined;
  const upgrades: { readonly quality: number; readonly costUsd: number }[] = [];
  let total = 0;
  let quality = 0;
  let costUsd = 0;
  for (let index = 0; index < small.quality.length; index += 1) {
    const weight = weights === undefined ? 1 : (weights[index] as number);
    const gain = (large.quality[index] as number) - (small.quality[index] as number);
    const extra = (large.costUsd[index] as number) - (small.costUsd[index] as number);
    // Start with the cheaper model; at equal cost with the better one.
    const fromLarge = extra < 0 || (extra === 0 && gain > 0);
    const start = fromLarge ? large : small;
    total += weight;
    quality += weight * (start.quality[index] as number);
    costUsd += weight * (start.costUsd?.[index] as number);
    if (extra !== 0 && gain !== 0 && gain > 0 === extra > 0 && weight > 0)
      upgrades.push({ quality: weight * Math.abs(gain), costUsd: weight * Math.abs(extra) });
  }
  if (total === 0) return [];
  upgrades.sort((a, b) => b.quality / b.costUsd - a.quality / a.costUsd);
  const curve = [{ costUsd: costUsd / total, quality: quality / total }];
  for (const upgrade of upgrades) {
    quality += upgrade.quality;
    costUsd += upgrade.costUsd;
    curve.push({ costUsd: costUsd / total, quality: quality / total });
  }
  return curve;
}
