import type { QuotaLimit } from "../../contracts/store.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { mostAmount } from "./amounts.ts";
import type { Told } from "./bounds.ts";
import type { Budget } from "./budget-options.ts";
import { type Owner, ownerKey } from "./owners.ts";
import type { Period } from "./periods.ts";

/** Window of an owner's budget in a shared store. */
export interface SharedWindow {
  readonly limit: QuotaLimit;
  readonly told: Told;
}

/** Windows of one budget, of the owners that were used last. */
export interface SharedWindows {
  /** Returns the window in which a time of the store lies. */
  of(owner: Owner, now: number): SharedWindow;
}

/** A window, and the time of the store at which it begins. */
interface KnownWindow extends SharedWindow {
  readonly start: number;
}

/**
 * Milliseconds by which a desk's time may go back without another window: what two answers of the store tell differs by no
 * more, since each took a second at most.
 */
const backMs = 2_000;

export function createSharedWindows(budget: Budget): SharedWindows {
  const known = new Map<string, KnownWindow>();
  return {
    of(owner, now) {
      const key = ownerKey(owner);
      const last = known.get(key);
      if (last !== undefined && isIn(last, now)) return last;
      const told = { toldStep: 0, toldLimit: false, toldWithheld: false, toldThresholds: 0 };
      const { start } = windowAt(budget, now);
      const window = { limit: quotaLimitOf(budget, owner, now), told, start };
      known.delete(key);
      known.set(key, window);
      if (known.size > budget.maxOwners) forgetFirst(known);
      return window;
    },
  };
}

/** Forgets the owner whose window was made first: it is made again when it is used. */
function forgetFirst(known: Map<string, KnownWindow>): void {
  for (const key of known.keys()) {
    known.delete(key);
    return;
  }
}

/** A window that begins later was made before the store had told its time, by a clock that is ahead of it. */
function isIn({ start, limit: { windowEndsAt } }: KnownWindow, now: number): boolean {
  return now >= start - backMs && (windowEndsAt === undefined || now < windowEndsAt);
}

function windowAt(budget: Budget, now: number): Period {
  return budget.periods?.of(now) ?? { start: 0, end: Number.POSITIVE_INFINITY };
}

/**
 * Returns the limit of a budget for an owner at a time of the store, in milliseconds since the epoch. The key names
 * the budget, what it counts, the owner (hashed, since it may be secret) and the window. The limit is not part of it:
 * one that is raised keeps what is used.
 */
export function quotaLimitOf(budget: Budget, owner: Owner, now: number): QuotaLimit {
  const { start, end } = windowAt(budget, now);
  const whose = `${budget.kind}\n${ownerKey(owner)}`;
  const hash = nodeCrypto().createHash("sha256").update(whose, "utf16le").digest("base64url").slice(0, 22);
  return {
    key: `budget/${budget.name}/${hash}/${start}`,
    // A budget that does not refuse is counted anyway.
    limit: budget.refuses ? budget.limit : mostAmount,
    windowEndsAt: Number.isFinite(end) ? end : undefined,
  };
}
