import type { Amount } from "../../contracts/store.ts";
import type { Owner } from "./owners.ts";

/** Account of an owner in one period: what is spent, and what requests under way hold. */
export interface SpendAccount extends Owner {
  readonly start: number;
  /** End of the period; Infinity if there is none. */
  readonly end: number;
  used: Amount;
  held: Amount;
  /** Time at which a request of the owner last began. */
  usedAt: number;
  /** True once the book has forgotten the owner. */
  isForgotten: boolean;
  /** Time on the monotonic clock at which the period is over, whatever the time of day says by then. */
  overAt: number;
  /** Accounts of later periods whose use counts in this one, too: the clock was set back from them. */
  alsoUsed: readonly SpendAccount[];
  /** Highest soft limit that was told of, its step from 1 on; and whether the limit itself was. */
  toldStep: number;
  toldLimit: boolean;
  toldWithheld: boolean;
  toldThresholds: number;
}

/** Use of an owner's account. */
export interface SpendUse {
  readonly used: Amount;
  /** Amount that requests under way hold. */
  readonly held: Amount;
  readonly end: number;
}

/** An account of exported state. */
export interface RestoredAccount extends Owner {
  readonly start: number;
  readonly used: Amount;
  /** Held by requests that were under way, of which it is not known what they have cost. */
  readonly held?: Amount | undefined;
}

/** No accounts. */
export const none: readonly SpendAccount[] = [];

/** Longest time of a request in milliseconds: what has not ended by then never will. */
export const holdMs = 1_800_000;

/** True if a request of the owner may be under way: its account is not forgotten. */
export function isUnderWay({ held, usedAt }: SpendAccount, now: number): boolean {
  return held > 0 && now - usedAt < holdMs;
}

/** Creates an account of which nothing is told. */
export function accountWith(
  { tenant, name, start, used, held = 0 }: RestoredAccount,
  end: number,
  now: number,
): SpendAccount {
  return {
    tenant,
    name,
    start,
    end,
    used,
    held,
    usedAt: now,
    isForgotten: false,
    overAt: Number.NEGATIVE_INFINITY,
    alsoUsed: none,
    toldStep: 0,
    toldLimit: false,
    toldWithheld: false,
    toldThresholds: 0,
  };
}
