import { type RatioSums, residualShare, type UnitSums } from "./statistics/ratio-sequence.ts";

/** Units that may hold most of the spread of a ratio: the one with the largest amount, and the one with the largest count. */
export interface HeavyUnits {
  readonly byAmount: UnitSums;
  readonly byCount: UnitSums;
}

const nothing: UnitSums = Object.freeze({ amount: 0, count: 0 });
export const noHeavyUnits: HeavyUnits = Object.freeze({ byAmount: nothing, byCount: nothing });

/**
 * Largest part of the spread that one unit may hold if there is to be an interval. Costs whose few largest units make up
 * most of the sum have no interval that can be trusted: without this bound, one of 95 % misses the mean of log-normal costs
 * with a sigma of 2 in a third of 300 lives of 1,000 units, and with it in 4 % at most.
 */
const mostOfSpread = 0.1;

export function withHeavyUnit({ byAmount, byCount }: HeavyUnits, unit: UnitSums): HeavyUnits {
  return {
    byAmount: unit.amount >= byAmount.amount ? unit : byAmount,
    byCount: unit.count >= byCount.count ? unit : byCount,
  };
}

/** True if one unit holds so much of the spread that no interval can be trusted. */
export function isHeavy(sums: RatioSums, { byAmount, byCount }: HeavyUnits): boolean {
  return [byAmount, byCount].some((unit) => residualShare(sums, unit) > mostOfSpread);
}
