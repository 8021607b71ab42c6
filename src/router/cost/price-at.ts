import type { Price, PriceChange, PriceTerms } from "../../contracts/index.ts";
import { atHour } from "./cheaper-hours.ts";

/** Starts of a list of changes in milliseconds since the epoch: a date is not parsed at each call. */
const startsOf = new WeakMap<readonly PriceChange[], readonly number[]>();

/**
 * Returns the price in force at a time, in milliseconds since the epoch. Without a time, that is the first one at its
 * most expensive hour. Allocates nothing after the first call.
 */
export function priceAt(price: Price, at: number | undefined): PriceTerms {
  const terms = termsAt(price, at);
  return terms.cheaperHours === undefined || at === undefined ? terms : atHour(terms, at);
}

/** Returns the price in force at a time as `priceAt` does, but at its most expensive hour. */
export function termsAt(price: Price, at: number | undefined): PriceTerms {
  const { changes } = price;
  if (changes === undefined || at === undefined) return price;
  const starts = parsed(changes);
  for (let index = changes.length - 1; index >= 0; index -= 1)
    if (at >= (starts[index] as number)) return changes[index] as PriceChange;
  return price;
}

/** Returns true if the price is not the same at all times. */
export function variesInTime({ changes, cheaperHours }: Price): boolean {
  return changes !== undefined || cheaperHours !== undefined;
}

/** Returns true if a price comes into force after `from` and not after `to`. */
export function changesBetween(price: Price, from: number, to: number): boolean {
  return price.changes !== undefined && parsed(price.changes).some((start) => start > from && start <= to);
}

function parsed(changes: readonly PriceChange[]): readonly number[] {
  let starts = startsOf.get(changes);
  if (starts === undefined) {
    starts = changes.map(({ from }) => Date.parse(from));
    startsOf.set(changes, starts);
  }
  return starts;
}
