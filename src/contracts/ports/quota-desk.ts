import type { Amount, QuotaLimit } from "../store.ts";

/**
 * Quotas as the parts of a router ask for them: those of this process, leased from a store, or reserved in it call by
 * call. Budgets and the rates of a fleet speak to this alone.
 */
export interface QuotaDesk {
  /** Name of the store that it asks. */
  readonly store: string;
  /**
   * Returns milliseconds since the epoch on the clock that decides when windows end: the store's, as its last answer
   * told it. `wall` is the time of day here.
   */
  now(wall: number): number;
  /**
   * Returns what is left of a limit as far as it is known here: what the process holds, and what the store had left
   * when it last answered. Infinity if it has not been asked yet, or so long ago that the answer says nothing.
   */
  left(limit: QuotaLimit): Amount;
  /**
   * Asks the store for what is left of limits of which `left` is Infinity. Resolves when it is known, or after
   * `mostMs` or the desk's own time limit. Undefined if the store cannot be asked. Never rejects. `limits` is called
   * once the store's time is known.
   */
  learn(limits: () => readonly QuotaLimit[], mostMs: number): Promise<void> | undefined;
  /**
   * Returns what is used of a limit, without what is held: as the store knows it, once it was told what this process has
   * spent. Undefined if the store does not answer. Never rejects.
   */
  used(limit: QuotaLimit): Promise<Amount | undefined>;
  /**
   * Reserves an amount of several limits, of all or of none: at once where the process holds enough, by a promise
   * where the store has to be asked. The promise never rejects.
   */
  reserve(of: QuotaRequest): true | QuotaRefusal | Promise<true | QuotaRefusal>;
  /**
   * Tells the total that a reservation has spent so far, and what stays reserved; `keep: 0` ends it. Returns at once:
   * the store is told off the caller's path. Idempotent, and does nothing for an id that is not known.
   */
  settle(id: string, spent: Amount, keep: Amount): void;
  /** Tells the store now what calls have spent so far. Resolves when it knows, or after a second. Never rejects. */
  tellSpent(): Promise<void>;
}

export interface QuotaRequest {
  /** Unique among all reservations, for instance the id of an attempt. */
  readonly id: string;
  readonly amount: Amount;
  readonly limits: readonly QuotaLimit[];
  /**
   * Fate of what is open when the process dies. Default `spend`. A lease is of many calls: with `return` it comes back
   * whole, also what calls have spent of it since the store was last told, at most 30 seconds before.
   */
  readonly lapse?: "spend" | "return" | undefined;
}

export interface QuotaRefusal {
  /** Key of the limit that refuses. Absent if the store could not be asked. */
  readonly key?: string | undefined;
  readonly why: "limit" | "window-over" | "too-large" | "store";
  /** Milliseconds after which there is room at the latest, as far as it is known. */
  readonly waitMs?: number | undefined;
}
