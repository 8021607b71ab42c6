import { atLeast, atMost, type HeldValues, holdValue } from "./held-extreme.ts";
import { needOf, type ScaledMember } from "./member-need.ts";
import type { PoolScale } from "./scale-options.ts";

/** Part of the target by which the work must be below it before fewer members are enough: noise of a tenth moves nothing. */
const band = 0.1;

/** State between two readings. */
export interface Wanted {
  /** Members that should be there, in [min, max]. */
  readonly wanted: number;
  readonly beganAtMs: number;
  readonly atMs: number;
  /** Members that were needed at least, in the last `upAfterMs`. */
  readonly needed: HeldValues;
  /** Members that were enough in any case, in the last `downAfterMs`. */
  readonly enough: HeldValues;
}

/** Members that are ready, and their load at a time on a monotonic clock in milliseconds. */
export interface ScaleReading {
  readonly atMs: number;
  readonly members: readonly ScaledMember[];
}

/**
 * Returns how many members are wanted after a reading; undefined as long as there were none. What is not known asks for no
 * more members and lets none go. A process that begins wants those that are there.
 */
export function wantedAfter(
  before: Wanted | undefined,
  { atMs: now, members }: ScaleReading,
  scale: PoolScale,
): Wanted | undefined {
  const there = members.length;
  if (before === undefined && there === 0) return undefined;
  const { min, max, upAfterMs, downAfterMs } = scale;
  const within = (count: number): number => Math.min(max, Math.max(min, count));
  const atMs = Math.max(now, before?.atMs ?? now);
  const beganAtMs = before?.beganAtMs ?? atMs;
  const bounds = boundsOf(members, scale);
  const needed = holdValue(before?.needed ?? [], within(bounds.needed), {
    atMs,
    windowMs: upAfterMs,
    covers: atMost,
  });
  const enough = holdValue(before?.enough ?? [], within(bounds.enough), {
    atMs,
    windowMs: downAfterMs,
    covers: atLeast,
  });
  const isSure = (afterMs: number) => atMs - beganAtMs >= afterMs;
  let wanted = before?.wanted ?? within(there);
  if (isSure(downAfterMs)) wanted = Math.min(wanted, enough[0]?.value ?? max);
  // At the start of a cluster or of this process its endpoints may come one by one.
  else wanted = Math.max(wanted, within(there));
  if (isSure(upAfterMs)) wanted = Math.max(wanted, needed[0]?.value ?? min);
  return { wanted, beganAtMs, atMs, needed, enough };
}

/** Returns the members that are needed at least, and those that would be enough in any case. */
function boundsOf(
  members: readonly ScaledMember[],
  scale: PoolScale,
): { readonly needed: number; readonly enough: number } {
  const out = members.filter(({ isOut }) => isOut).length;
  const needs = members.filter(({ isOut }) => !isOut).map((member) => needOf(member, scale));
  const sum = (bound: "least" | "most") => needs.reduce((all, need) => all + need[bound], 0);
  // The fewest that there may be do the work: one that is out does not count.
  const besides = (count: number): number => out + Math.max(scale.min, wholeMembers(count));
  return {
    needed: besides(sum("least") / scale.target),
    enough: needs.some((need) => need.isKnown)
      ? besides(sum("most") / (scale.target * (1 - band)))
      : Number.POSITIVE_INFINITY,
  };
}

/** Rounds up, except for what is an error of the sum. */
function wholeMembers(count: number): number {
  return Math.ceil(count - 1e-9);
}
