import type { Member } from "../../../contracts/index.ts";

/** Returns the calls that an endpoint has: of all its users as far as they are known, at least ours. */
export function callsOf({ inFlight, load }: Member): number {
  const { running = 0, waiting = 0 } = load ?? {};
  return Math.max(inFlight, running + waiting);
}

/** Sorts indices by a number, smallest first. Equal ones keep an order that starts at a place by chance. */
export function sortedBy(count: number, draw: number, numberOf: (index: number) => number): number[] {
  const start = Math.floor(draw * count);
  const indices = Array.from({ length: count }, (_, step) => (start + step) % count);
  const numbers = Array.from({ length: count }, (_, index) => numberOf(index));
  return indices.sort((a, b) => (numbers[a] as number) - (numbers[b] as number));
}
