import type { QuotaLimit } from "../../contracts/index.ts";
import type { QuotaRefusal } from "../../contracts/ports/index.ts";
import type { Hold } from "./hold.ts";
import { leaseSize } from "./lease-size.ts";

/** The lease of one limit, and how it has been used. */
export class Lease {
  readonly limit: QuotaLimit;
  readonly windowEndsAt: number;
  readonly hold: Hold;
  uses = 0;
  /** Tick of the desk at which it was last used, and last told. */
  usedTick = 0;
  toldTick = 0;
  /** The lease is renewed when less than this is free. */
  low = 0;
  /** Sum and least of what calls wait for. */
  wanted = 0;
  leastWanted: number = Number.POSITIVE_INFINITY;
  renewal: Promise<unknown> | undefined;
  /** The last refusal by the store, which holds for amounts from `deniedFrom` on until `deniedUntil`. */
  denied: QuotaRefusal | undefined;
  deniedFrom = 0;
  deniedUntil: number = Number.NEGATIVE_INFINITY;
  #worstUnderWay = 0;
  #meanSpent = 0;

  constructor(limit: QuotaLimit, hold: Hold) {
    this.limit = limit;
    this.windowEndsAt = limit.windowEndsAt ?? Number.POSITIVE_INFINITY;
    this.hold = hold;
  }

  /** True if it counts against this limit: budgets may be changed while a process runs. */
  isOf({ limit, windowEndsAt, refillPerMs }: QuotaLimit): boolean {
    const own = this.limit;
    return own.limit === limit && own.windowEndsAt === windowEndsAt && own.refillPerMs === refillPerMs;
  }

  draw(amount: number, tick: number): void {
    const { hold } = this;
    hold.held += amount;
    if (hold.held > this.#worstUnderWay) this.#worstUnderWay = hold.held;
    this.uses += 1;
    this.usedTick = tick;
  }

  /** Notes what a call has spent when it ended. */
  learn(spent: number): void {
    this.#meanSpent += (spent - this.#meanSpent) / Math.min(this.uses, 32);
  }

  /** Returns what to lease beyond what calls have reserved. */
  size(leaseShare: number): number {
    const { hold, limit, uses } = this;
    const known = hold.left[0] ?? limit.limit;
    const worstUnderWay = Math.max(this.#worstUnderWay, hold.held + this.wanted);
    // A crowd of calls is forgotten after some renewals.
    this.#worstUnderWay = Math.max(hold.held, worstUnderWay * 0.75);
    return leaseSize({
      limit: limit.limit,
      refillPerMs: limit.refillPerMs,
      leaseShare,
      left: known + Math.max(0, hold.free),
      worstUnderWay,
      meanSpent: this.#meanSpent,
      uses: uses + (this.wanted > 0 ? 1 : 0),
    });
  }
}

/** Returns why a lease that the store has renewed does not cover an amount. `now` is the store's time. */
export function limitRefusal(
  { limit, hold, windowEndsAt }: Lease,
  amount: number,
  now: number,
): QuotaRefusal {
  if (now >= windowEndsAt) return { key: limit.key, why: "window-over" };
  const missing = Math.max(0, amount - hold.free);
  const waitMs =
    limit.refillPerMs !== undefined
      ? Math.ceil(missing / limit.refillPerMs)
      : windowEndsAt === Number.POSITIVE_INFINITY
        ? undefined
        : windowEndsAt - now;
  return { key: limit.key, why: "limit", waitMs };
}

/** Number of leases that are looked at when one has to be given back. */
const looks = 64;

/** Returns the first lease of which nothing is under way, else the first; undefined if there is none. */
export function firstToGiveBack(leases: Iterable<Lease>): Lease | undefined {
  let first: Lease | undefined;
  let looked = 0;
  for (const lease of leases) {
    first ??= lease;
    if (lease.hold.held === 0 && lease.wanted === 0) return lease;
    looked += 1;
    if (looked === looks) break;
  }
  return first;
}
