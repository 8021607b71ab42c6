import type { ObservedOutcome } from "../../contracts/index.ts";

/** Ring of the latest outcomes, with the oldest at `first`. Adding one allocates nothing. */
export interface OutcomeRing {
  readonly at: Float64Array;
  readonly failed: Uint8Array;
  first: number;
  count: number;
  failures: number;
}

export function createOutcomeRing(size: number): OutcomeRing {
  return { at: new Float64Array(size), failed: new Uint8Array(size), first: 0, count: 0, failures: 0 };
}

/** Adds an outcome. In a full ring it replaces the oldest one. */
export function addOutcome(ring: OutcomeRing, at: number, failed: boolean): void {
  // The ring stays in order of time when the clock is set back.
  const notBefore = ring.count === 0 ? at : (ring.at[placeOf(ring, ring.count - 1)] as number);
  if (ring.count === ring.at.length) dropOldest(ring);
  const place = placeOf(ring, ring.count);
  ring.at[place] = Math.max(at, notBefore);
  ring.failed[place] = failed ? 1 : 0;
  ring.count += 1;
  if (failed) ring.failures += 1;
}

/** Drops outcomes that are older than `windowMs`. */
export function dropOldOutcomes(ring: OutcomeRing, windowMs: number, now: number): void {
  while (ring.count > 0 && oldestOutcomeAt(ring) + windowMs <= now) dropOldest(ring);
}

/** Returns when the oldest outcome was observed; Infinity if there is none. */
export function oldestOutcomeAt({ at, first, count }: OutcomeRing): number {
  return count === 0 ? Number.POSITIVE_INFINITY : (at[first] as number);
}

/** Lists the outcomes, oldest first. */
export function listOutcomes(ring: OutcomeRing): ObservedOutcome[] {
  return Array.from({ length: ring.count }, (_, index) => {
    const place = placeOf(ring, index);
    return { at: ring.at[place] as number, failed: ring.failed[place] === 1 };
  });
}

function dropOldest(ring: OutcomeRing): void {
  ring.failures -= ring.failed[ring.first] as number;
  ring.first = placeOf(ring, 1);
  ring.count -= 1;
}

function placeOf({ at, first }: OutcomeRing, index: number): number {
  return (first + index) % at.length;
}
