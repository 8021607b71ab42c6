import type { Model, ModelFacts } from "./model.ts";

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

/** One endpoint of a pool, as it is right now. */
export interface Member {
  /**
   * Key of the endpoint, `name@endpoint`, with the pool's name. Breakers, limits, health and prices are kept by it; outcomes
   * and tuning say the pool's name.
   */
  readonly key: string;
  readonly model: Model;
  readonly facts: ModelFacts;
  /** Only a member that is `ready` gets new calls. One that is `draining` ends those that it has. */
  readonly state: "ready" | "draining" | "down";
  /** Calls of this process that are under way, at least 0. */
  readonly inFlight: number;
  readonly load?: Load | undefined;
  /** Hash of the endpoint, by which keys are spread over endpoints. Absent: that of `key` is taken. */
  readonly prefixHash?: number | undefined;
}

/** A member in a decision. */
export interface MemberRecord {
  readonly endpoint: string;
  /** True, or the name of the constraint that refused and its reason. */
  readonly permitted: true | string;
  readonly load?: Load | undefined;
}
