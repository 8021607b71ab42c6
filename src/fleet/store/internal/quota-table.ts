/** Count under one key. */
export interface Quota {
  /** Spent in the window; of a bucket its level at `at`. */
  readonly used: number;
  /** Reserved and not spent. Always 0 of a bucket, where reservations count as spent. */
  readonly open: number;
  /** Time of the level, in milliseconds since the epoch. */
  readonly at: number;
  /** Rate at which a bucket leaks, in units a millisecond; 0 of a window. */
  readonly refillPerMs: number;
  readonly expiresAt: number;
}

/** A limit that a reservation counts against. */
export interface HeldLimit {
  readonly key: string;
  readonly limit: number;
  readonly refillPerMs: number;
  /** Infinity without a window. */
  readonly windowEndsAt: number;
}

/** A reservation. */
export interface Held {
  /** Total that was told. */
  readonly spent: number;
  /** Total that its keys count as spent: more than `spent` once it has lapsed. */
  readonly counted: number;
  readonly open: number;
  readonly state: "open" | "lapsed" | "ended";
  readonly returns: boolean;
  readonly ttlMs: number;
  /** Time at which it lapses or, once it is no longer open, is forgotten. */
  readonly dueAt: number;
  readonly limits: readonly HeldLimit[];
}

/** Tables of a store, inside one transaction. */
export interface QuotaTable {
  quota(key: string): Quota | undefined;
  putQuota(key: string, quota: Quota): void;
  held(id: string): Held | undefined;
  putHeld(id: string, held: Held): void;
  deleteHeld(id: string): void;
  /** Returns the ids of at most `most` reservations with the earliest `dueAt` of at most `now`. */
  due(now: number, most: number): readonly string[];
}
