/**
 * State that several processes share. Two small faces: `Quotas` for whatever is counted against a limit (budgets,
 * rates), `Records` for whatever is read and replaced (sessions, release pointers). Guarantees, which one
 * conformance suite checks on every store:
 *
 * 1. A call is atomic.
 * 2. Every write carries an id or a version: one that was sent twice, or whose answer was lost, changes nothing
 *    the second time.
 * 3. The store's clock alone says when something lapses or a window ends; those of processes may differ.
 * 4. What a process leaves reserved when it dies lapses, and counts as spent unless it was reserved with
 *    `lapse: "return"`. So `used + open` stays within the limit whatever dies.
 * 5. After the store has lost data `epoch` differs: a process reserves again what it holds, under the same ids.
 *    Until it has, up to what was written in the lost time may be spent twice.
 * 6. Nothing grows without end: all keys expire, and values and names have a longest length.
 */
export interface Store {
  readonly name: string;
  readonly quotas: Quotas;
  readonly records: Records;
  /** Throws `StoreError` if the data have another format. */
  status(): Promise<StoreStatus>;
  /** Returns remarks for people on how the store is set up, for instance what it forgets at a restart. */
  remarks?(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface StoreStatus {
  /** Differs after data were lost, and may differ after any restart of the store. */
  readonly epoch: string;
  /** The store's time in milliseconds since the epoch. */
  readonly nowMs: number;
  readonly formatVersion: number;
}

/**
 * Whole number of the smallest unit: nano-dollars, tokens, calls. In [0, 2^53 - 1], which is 9,007,199 US dollars in
 * nano-dollars. A sum that would be larger is the largest.
 */
export type Amount = number;

/** A limit of a key: of a calendar window, of a bucket that leaks, or without end. */
export interface QuotaLimit {
  /** 1 to 256 characters. The key of a window names the window, for instance by its start. */
  readonly key: string;
  readonly limit: Amount;
  /** End of the key's window in milliseconds since the epoch. Reservations are refused from then on. */
  readonly windowEndsAt?: number | undefined;
  /**
   * Units that flow out of the bucket in a millisecond, above 0: a rate, without the double burst at the edge of
   * a window. What is reserved in a bucket counts at once. Not together with `windowEndsAt`.
   */
  readonly refillPerMs?: number | undefined;
}

export interface Reservation {
  /** Unique among all reservations; 1 to 256 characters. */
  readonly id: string;
  readonly amount: Amount;
  /**
   * The least that is of use, where less than `amount` is left. Default `amount`. With 0 a reservation is granted
   * also where nothing is left, so that `settle` can tell what was spent.
   */
  readonly atLeast?: Amount | undefined;
  /** 1 to 16 limits, of different keys: all of them have room, or nothing is reserved. */
  readonly limits: readonly QuotaLimit[];
  /** Milliseconds until the reservation lapses, from 1 to 2,678,400,000 (31 days). */
  readonly ttlMs: number;
  /** Fate of what is open when it lapses. Default `spend`: the money may be gone. */
  readonly lapse?: "spend" | "return" | undefined;
}

export interface Settlement {
  readonly id: string;
  /**
   * Total of the reservation so far. It never falls, so a late or repeated message changes nothing. May exceed
   * what was reserved.
   */
  readonly spent: Amount;
  /** Amount that stays reserved; 0 ends the reservation. More than before as far as there is room. */
  readonly keep: Amount;
  /** Milliseconds from now until what is kept lapses; as in `Reservation`. */
  readonly ttlMs: number;
}

/**
 * Strict use: one reservation a call, settled with `keep: 0`. Leased: one reservation of a process, large enough for
 * many calls, drawn down locally and renewed by `settle` with `keep`. A lease is inside the limit: it never
 * overshoots, but what it holds is refused to others.
 */
export interface Quotas {
  /** A known id that is open is granted as it is. */
  reserve(reservation: Reservation): Promise<Granted | NotGranted>;
  /**
   * Grants what is kept, which may be less than `keep`. `lapsed` if the reservation is no longer open: what was
   * spent is recorded all the same as long as the store knows the id, which is for its `ttlMs` once more. Of what counted
   * as spent when it lapsed, `keep` stays counted until it is reserved again: calls still hold it.
   */
  settle(settlement: Settlement): Promise<Granted | "lapsed">;
  read(keys: readonly string[]): Promise<readonly QuotaState[]>;
  /** Sets what is used, for instance to 0. What is open stays. */
  reset(key: string, used: Amount): Promise<void>;
}

export interface QuotaState {
  readonly used: Amount;
  readonly open: Amount;
}

export interface Granted {
  readonly granted: Amount;
  /** Rest of each limit, at least 0. */
  readonly left: readonly Amount[];
  /** Time on the store's clock. */
  readonly lapsesAt: number;
  readonly nowMs: number;
}

export interface NotGranted {
  readonly granted: 0;
  /** Key of the first limit that refuses. */
  readonly key: string;
  readonly why: "limit" | "window-over" | "too-large";
  /** Time on the store's clock at which there is room at the latest, if nothing else is reserved. Absent: not known. */
  readonly freeAt?: number | undefined;
  readonly nowMs: number;
}

export interface StoreEntry {
  readonly value: string;
  readonly version: string;
}

export interface StoreWrite {
  /** 1 to 256 characters. */
  readonly key: string;
  /** At most 65,536 characters. Undefined deletes. */
  readonly value: string | undefined;
  /** Version that must be there; `none`: there must be no entry; `any`: the last one wins. */
  readonly expect: string | "none" | "any";
  /** Milliseconds until the entry expires, as in `Reservation`. */
  readonly ttlMs: number;
}

/** There is no subscription: what must follow within seconds is polled, one `get` for all of it. */
export interface Records {
  /** At most 256 keys. */
  get(keys: readonly string[]): Promise<readonly (StoreEntry | undefined)[]>;
  /** Writes all or none, 1 to 16. `conflict` is the first key whose version is another one. */
  put(
    writes: readonly StoreWrite[],
  ): Promise<{ readonly versions: readonly string[] } | { readonly conflict: string }>;
}
