import type { Amount } from "../../contracts/store.ts";

/** Largest amount that is counted exactly; in nano-dollars it is 9,007,199 US dollars. */
export const mostAmount: Amount = Number.MAX_SAFE_INTEGER;
/** Largest limit in US dollars: one more does not fit a whole number of nano-dollars. */
export const mostUsd = 9_007_199;
const nanoPerUsd = 1e9;
/** A product of a price and a count is off by this share, which must not become a nano-dollar more. */
const productError = 4e-16;

/**
 * Converts US dollars to nano-dollars, rounded up; what is larger than any limit becomes the largest amount. Fractions
 * of a nano-dollar that come from the multiplication alone are left out.
 */
export function nanoOf(usd: number): Amount {
  if (!(usd > 0)) return 0;
  const exact = usd * nanoPerUsd;
  if (exact >= mostAmount) return mostAmount;
  return Math.max(0, Math.ceil(exact - exact * productError - 1e-3));
}

/** Converts nano-dollars to US dollars. */
export function usdOf(nano: Amount): number {
  return nano / nanoPerUsd;
}

/** Adds amounts; a sum that cannot be counted exactly is the largest amount. */
export function sumOf(one: Amount, other: Amount): Amount {
  return Math.min(mostAmount, one + other);
}
