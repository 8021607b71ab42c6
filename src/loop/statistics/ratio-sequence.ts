/** Sums over independent units, of an amount (cost) and a number of things (requests) of each. Plain JSON. */
export interface RatioSums {
  readonly units: number;
  readonly amount: number;
  readonly count: number;
  readonly amountSquares: number;
  readonly countSquares: number;
  readonly products: number;
}

/** Amount and count of one unit so far. */
export interface UnitSums {
  readonly amount: number;
  readonly count: number;
}

export const noRatio: RatioSums = Object.freeze({
  units: 0,
  amount: 0,
  count: 0,
  amountSquares: 0,
  countSquares: 0,
  products: 0,
});

/** Number of units at which the interval is narrowest. Fixed: one that follows the data breaks the error. */
const tunedTo = 1_000;
/** Fewest units: the theorem is about many. */
const fewest = 50;

/** Returns the sums after a unit has changed; `before` is undefined for a new one. */
export function withUnit(sums: RatioSums, before: UnitSums | undefined, after: UnitSums): RatioSums {
  const { amount, count } = before ?? { amount: 0, count: 0 };
  return {
    units: sums.units + (before === undefined ? 1 : 0),
    amount: sums.amount + after.amount - amount,
    count: sums.count + after.count - count,
    amountSquares: sums.amountSquares + after.amount ** 2 - amount ** 2,
    countSquares: sums.countSquares + after.count ** 2 - count ** 2,
    products: sums.products + after.amount * after.count - amount * count,
  };
}

/**
 * Returns the amount for each counted thing, R = ΣA / ΣC, and from 50 units on an interval that may be looked at any
 * time: the two-sided asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024) of the means of
 * the units' residuals A - R C, divided by the mean C. For n units, their standard error s and a fixed rho,
 *
 *     R ± s √(2 (n rho² + 1) / (n rho²) · log(√(n rho² + 1) / alpha))
 *
 * Its error holds for many units, of which no few hold most of the sum. Undefined if nothing was counted.
 */
export function ratioInterval(
  sums: RatioSums,
  alpha: number,
): { readonly value: number; readonly low?: number; readonly high?: number } | undefined {
  const { units, amount, count } = sums;
  if (!(count > 0)) return undefined;
  const value = amount / count;
  if (units < fewest) return { value };
  const residuals = residualSquares(sums);
  const error = (Math.sqrt(residuals / (units - 1) / units) * units) / count;
  const log = -2 * Math.log(alpha);
  const mixed = (units * (log + Math.log(log + 1))) / tunedTo + 1;
  const half = error * Math.sqrt(((2 * mixed) / (mixed - 1)) * Math.log(Math.sqrt(mixed) / alpha));
  return { value, low: value - half, high: value + half };
}

function residualSquares({ amount, count, amountSquares, countSquares, products }: RatioSums): number {
  const value = amount / count;
  return Math.max(0, amountSquares - 2 * value * products + value ** 2 * countSquares);
}

/** Returns the part of the sum of squared residuals that one of the units holds, in [0, 1]; 0 where all are alike. */
export function residualShare(sums: RatioSums, unit: UnitSums): number {
  if (!(sums.count > 0)) return 0;
  const own = (unit.amount - (sums.amount / sums.count) * unit.count) ** 2;
  // What is left of equal units are roundings.
  const most = residualSquares(sums);
  return most <= 1e-9 * sums.amountSquares ? 0 : Math.min(1, own / most);
}
