import type { Load } from "../../../contracts/index.ts";
import { mostMembers } from "../members/check-member.ts";
import type { PoolScale } from "./scale-options.ts";

/** One member that should take calls, as far as it is known. */
export interface ScaledMember {
  /** True if it gets no calls although its source says that it is ready: another has to stand in for it. */
  readonly isOut: boolean;
  readonly load?: Load | undefined;
  /** Calls that it answers at a time. */
  readonly slots?: number | undefined;
  /** Tokens, or else requests, that it gets done per second, as a share of the most that it can, in [0, 1]. */
  readonly use?: number | undefined;
}

/** Members' worth of work: at least, and at most where not all is known. */
export interface Need {
  readonly least: number;
  readonly most: number;
  readonly isKnown: boolean;
}

const unknown: Need = { least: 0, most: 1, isKnown: false };

/**
 * Returns how many members would do the work that one has: the share of it that is busy, and, where calls wait, as many as
 * would take them within `waitMs`.
 */
export function needOf(
  member: ScaledMember,
  { waitMs, slots: stated }: Pick<PoolScale, "waitMs" | "slots">,
): Need {
  const { load, use } = member;
  if (load === undefined) return unknown;
  const running = counted(load.running);
  const waiting = counted(load.waiting);
  const expectedMs = counted(load.expectedWaitMs);
  const slots = stated ?? (counted(member.slots) || undefined);
  if (waiting || expectedMs) {
    // As many as run while others wait are as many as can.
    const places = slots ?? (running || 1);
    const queue = expectedMs ? expectedMs / waitMs : (waiting ?? 0) / places;
    return known(1 + queue);
  }
  if (running === 0) return known(0);
  const shares = [running !== undefined && slots ? running / slots : undefined, counted(use)];
  const busy = shares.filter((share) => share !== undefined);
  return busy.length === 0 ? unknown : known(Math.min(1, Math.max(...busy)));
}

function known(members: number): Need {
  const bounded = Math.min(members, mostMembers);
  return { least: bounded, most: bounded, isKnown: true };
}

/** A value of metrics may be anything. */
function counted(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && Number.isFinite(value) ? value : undefined;
}
