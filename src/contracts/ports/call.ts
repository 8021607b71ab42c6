import type { NeededCapability } from "../capabilities.ts";
import type { OutputLimited } from "../decision.ts";
import type { Hop } from "../hop.ts";
import type { CalledGpu } from "./gpu-measure.ts";

/** A call that is about to be made, as the ports see it. Plain data. */
export interface Call {
  readonly requestId: string;
  /** Unique among all calls of all requests: ledgers settle by it. */
  readonly attemptId: string;
  /** Id of the model in the router, or its name if the router does not have it. */
  readonly model: string;
  /** Name of the model, `provider:model`, or key of a pool's member: health is kept by it. */
  readonly name: string;
  /** The name without its effort: breakers, pauses and limits are kept by it, for all efforts of an endpoint. */
  readonly endpoint: string;
  readonly hop: Hop;
  readonly tenant?: string | undefined;
  readonly category?: string | undefined;
  /** Estimated input tokens, calibrated from the model's returned usage. */
  readonly inputTokens: number;
  /** Estimated output tokens. */
  readonly outputTokens: number;
  /** Estimated input tokens before calibration. Absent if the call says nothing about how text is counted. */
  readonly textTokens?: number | undefined;
  /**
   * Amount to reserve in US dollars: the most that the call can cost if a bound on cost applies to it, else
   * an estimate. Absent if the price is not known.
   */
  readonly costUsd?: number | undefined;
  /** Tokens to reserve: the most that the call can use, input and output together. Absent without a bound in tokens. */
  readonly tokens?: number | undefined;
  /** Largest number of output tokens, if a bound on cost applies to the call: its request carries it. */
  readonly outputLimit?: number | undefined;
  /** Reason of that limit, if it is not the one that was asked for. */
  readonly limited?: OutputLimited | undefined;
  /** True if another model could answer instead: the call then leaves some of the retry budget to others. */
  readonly sparing?: boolean | undefined;
  /** True if no other model is left: an open breaker does not forbid the call. */
  readonly lastResort?: boolean | undefined;
  /** True if its plan has this one call, as those of classifiers, checks and shadows: breakers do not stop it. */
  readonly direct?: boolean | undefined;
  /** The budget of retries or hedges was charged before, for a call that found no room. */
  readonly paid?: boolean | undefined;
  /** True if a busy endpoint passed the call on: it needs no token of the retry budget. */
  readonly spilled?: boolean | undefined;
  /** Capabilities that the request needs and of which the model's facts say nothing. Absent: none. */
  readonly unproven?: readonly NeededCapability[] | undefined;
  /** Own GPUs that the call goes to. Absent: none. */
  readonly gpu?: CalledGpu | undefined;
}

/** The port, or the rule of a port, that refuses a call. */
export type RefusedBy =
  | "constraint"
  | "capability"
  | "maxCostUsd"
  | "maxCost"
  | "budget"
  | "store"
  | "breaker"
  | "pause"
  | "rate"
  | "queue"
  | "retry-budget"
  | "hedge-budget"
  | "deadline";

/** Refusal of a call that may not be made now. */
export interface Refusal {
  readonly by: RefusedBy;
  /** Reason for people, without prompt text. */
  readonly reason: string;
  /** Milliseconds after which the call may be made. Absent: not known. */
  readonly waitMs?: number | undefined;
  /** Name of the budget that refuses, where `by` is `budget`. */
  readonly budget?: string | undefined;
  /** True if the budget refuses because the model's price is not known, and not because it is used up. */
  readonly unpriced?: true | undefined;
}
