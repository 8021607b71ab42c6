import { type Evidence, gainOf, stakes } from "./share-alarm.ts";
import type { UnitShares } from "./usual-share.ts";
import { enoughForOthers, type WatchedUnit } from "./watched-unit.ts";

/** Number of its first requests by which a new tenant counts: what many of them begin with says how they are. */
const counted = 20;
/** The fewest new tenants that raise the alarm, however hard what they send is: one or two hard ones do not make a flood. */
const fewest = 12;
const mostGain = gainOf(fewest);
/** Bound of what is usual for new tenants together. */
const mostUsual = 0.85;

/**
 * True for a tenant of which little is known: it is capped with the others if new tenants flood together. Without a unit
 * it was never seen.
 */
export function isNew(unit: Pick<WatchedUnit, "requests"> | undefined): boolean {
  return unit === undefined || unit.requests < enoughForOthers;
}

/**
 * Returns the largest share that is usual for new tenants together; undefined if nothing is known of others. One tenant may
 * be far from the mean, many are not: the bound is nearer to it than that of one.
 */
export function usualOfNew(
  together: WatchedUnit,
  others: UnitShares | undefined,
  margin: number,
): number | undefined {
  if (others === undefined) return undefined;
  // After a hundred new tenants it is also what such do.
  const past = together.requests >= 100 * counted ? together.share : 0;
  return Math.min(Math.max(others.mostMean, past) + margin, mostUsual);
}

/** True if the request counts for the new tenants together: one of the first of its tenant, which does not know it yet. */
export function counts({ requests }: WatchedUnit): boolean {
  return requests < counted;
}

/**
 * Adds a request of a new tenant to the evidence against all of them, and returns it. The tenant does not know it yet.
 *
 * As `addRequest`, but the bets are on tenants, of which each pays by the mean of its first requests: a tenant is hard or
 * easy as a whole, so that many requests of one are hardly more evidence than one of them. A tenant's factor is
 * `1 + stake · Σ (x - usual) / 20`. It is 1 at most in expectation as long as the mean tenant's share is usual, so that
 * their product is, too, in whatever order they send.
 */
export function addNew(
  evidence: Evidence,
  { requests, recent }: WatchedUnit,
  isLarge: boolean,
  usual: number,
): number {
  // The mean of so few requests is exact.
  const before = (requests * (recent - usual)) / counted;
  const after = before + ((isLarge ? 1 : 0) - usual) / counted;
  const most = mostGain / (1 - usual);
  let sum = 0;
  for (let at = 0; at < stakes.length; at += 1) {
    const stake = Math.min((stakes[at] as number) / usual, most);
    const next = ((1 + (evidence[at] as number)) * (1 + stake * after)) / (1 + stake * before);
    evidence[at] = next;
    sum += next;
  }
  return sum / stakes.length;
}
