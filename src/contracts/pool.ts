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
  /** The wait differs from it by at most this in about nine of ten cases, in milliseconds. Absent: not known. */
  readonly waitErrorMs?: number | undefined;
  /** Speed at which the engine reads a prompt that has its turn. With the wait and its length it tells the first token. */
  readonly promptTokensPerSecond?: number | undefined;
  /** Milliseconds since the load was measured. */
  readonly ageMs: number;
}

/** A member in a decision. */
export interface MemberRecord {
  readonly endpoint: string;
  /** True, or the name of the constraint that refused and its reason. */
  readonly permitted: true | string;
  /** See `Member`. Absent: ready, or draining, which `permitted` says. */
  readonly state?: "late" | "loading" | "out" | undefined;
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

/** Number of members that a pool wants by its load, and of those that it has. */
export interface WantedMembers {
  /** Members that there should be, in [`min`, `max`]. */
  readonly wanted: number;
  /** Members that take calls. */
  readonly ready: number;
  /** Members that do not answer, and get calls only where no other is left. */
  readonly out: number;
  /** Members that only end the calls that they have. */
  readonly draining: number;
  /** Ready members of which it is not known how busy they are: they ask for no more members, and let none go. */
  readonly unknown: number;
  readonly min: number;
  readonly max: number;
}

/** News of a pool about its endpoints. */
export interface PoolNews {
  /** `changed`: endpoints came, went or drain. `problem`: something is wrong. `recovered`: nothing is wrong now. */
  readonly kind: "changed" | "problem" | "recovered";
  /** Endpoints that take calls, and those that only end the calls that they have. */
  readonly ready: number;
  readonly draining: number;
  /** Endpoints that load or are out, and get calls only where no other is left. Absent: not counted. */
  readonly out?: number | undefined;
  /** Description of the problem, in our words, with `problem`. */
  readonly problem?: string | undefined;
}

/** A pool that is being watched for a router. */
export interface PoolWatch {
  /** Resolves once the pool knows its endpoints, or has waited as long as it may. Absent: it knows them. */
  readonly ready: Promise<void> | undefined;
  /** Ends timers and connections. Calls under way go on. Never rejects. */
  close(): Promise<void>;
}

/** Event of a pool: its endpoints have changed, or something is wrong with them. */
export interface PoolEvent<Id extends string = string> {
  readonly type: "pool-changed" | "pool-problem" | "pool-recovered";
  readonly model: Id | string;
  /** Name of the pool. */
  readonly pool: string;
  /** Endpoints that take calls, and those that only end the calls that they have. Absent: not counted. */
  readonly ready?: number | undefined;
  readonly draining?: number | undefined;
  /** Endpoints that load or are out. */
  readonly out?: number | undefined;
  readonly problem?: string | undefined;
}
