import type { Hop } from "../hop.ts";

/** A call that is about to be made, as the ports see it. Plain data. */
export interface Call {
  readonly requestId: string;
  /** Unique among all calls of all requests: ledgers settle by it. */
  readonly attemptId: string;
  /** The router's id of the model; its name where the router has no such model. */
  readonly model: string;
  /** `provider:model`. Breakers, limits and means are kept by it. */
  readonly name: string;
  readonly hop: Hop;
  readonly tenant?: string | undefined;
  /** Estimate, calibrated from the model's returned usage. */
  readonly inputTokens: number;
  /** Estimate. */
  readonly outputTokens: number;
  /** The input estimate before calibration. Absent: the call says nothing about how text is counted. */
  readonly textTokens?: number | undefined;
  /** Estimate in US dollars. Absent: the price is not known. */
  readonly costUsd?: number | undefined;
  /** Another model could answer instead: the call leaves some of the retry budget to those that have no choice. */
  readonly sparing?: boolean | undefined;
  /** No other model is left: an open breaker does not forbid the call. */
  readonly lastResort?: boolean | undefined;
  /** The budget of retries or hedges was charged before, for a call that found no room. */
  readonly paid?: boolean | undefined;
}

/** The port, or the rule of a port, that refuses a call. */
export type RefusedBy =
  | "constraint"
  | "maxCostUsd"
  | "budget"
  | "breaker"
  | "pause"
  | "rate"
  | "queue"
  | "retry-budget"
  | "hedge-budget"
  | "deadline";

/** A call may not be made now. */
export interface Refusal {
  readonly by: RefusedBy;
  /** For people; holds no prompt text. */
  readonly reason: string;
  /** Milliseconds after which the call may be made. Absent: not known. */
  readonly waitMs?: number | undefined;
}
