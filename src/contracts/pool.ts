/** Load of an endpoint. Without what is not known: a metric that is missing or stale is absent, never 0. */
export interface Load {
  /** Requests that the engine answers right now. */
  readonly running?: number | undefined;
  /** Requests that wait in the engine. */
  readonly waiting?: number | undefined;
  /** Used share of the key-value cache, in [0, 1]. */
  readonly kvUsage?: number | undefined;
  /** Time that a new request is expected to wait for its turn, in milliseconds. */
  readonly expectedWaitMs?: number | undefined;
  /** Milliseconds since the load was measured. */
  readonly ageMs: number;
}

/** A member in a decision. */
export interface MemberRecord {
  readonly endpoint: string;
  /** True, or the name of the constraint that refused and its reason. */
  readonly permitted: true | string;
  readonly load?: Load | undefined;
}

/** Load of a pool, as policies see it: of the members that are permitted for the request. */
export interface PoolLoad {
  /** Requests that wait in engines. Absent: not known of any member. */
  readonly waiting?: number | undefined;
  /**
   * Time that a request is expected to wait at the member where the wait is shortest, in milliseconds. Absent: a member's is not
   * known, which may be free.
   */
  readonly expectedWaitMs?: number | undefined;
}
