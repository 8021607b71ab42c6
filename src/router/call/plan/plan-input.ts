import type { Hop } from "../../../contracts/index.ts";

/** Input of the attempt plan of one request. Plain JSON, the same from the first event to the last. */
export interface PlanInput {
  /** Id of the request, with which the ids of its attempts begin. */
  readonly requestId: string;
  /** The decided models, in order. */
  readonly plan: readonly PlannedModel[];
  /** Models to call when those of the plan fail, in order. */
  readonly fallbacks: readonly string[];
  /** Deadline in milliseconds on the monotonic clock. */
  readonly deadlineAt?: number | undefined;
  readonly rules: PlanRules;
  /** False if the request forbids fallbacks: then no other model is asked what one refused. */
  readonly fallback?: boolean | undefined;
  /** The one call of a plan that nothing follows: no retry, no fallback, no hedge. Absent: the request is answered. */
  readonly direct?: { readonly attemptId: string; readonly hop: Hop } | undefined;
}

export interface PlannedModel {
  readonly model: string;
  /** Name of the check that its answer must pass. Absent: none. */
  readonly check?: string | undefined;
}

/** Rules for all requests of a router. */
export interface PlanRules {
  /** Largest number of retries of a model after retryable errors. */
  readonly retries: number;
  /** True if models of `fallbacks` are tried after a failure. A hedge may call them in any case. */
  readonly fallback: boolean;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** Longest pause or Retry-After that a retry waits for. */
  readonly retryAfterCapMs: number;
  /** Context windows in tokens, by model. Absent: not known. */
  readonly windows: Readonly<Record<string, number | undefined>>;
  /** Endpoints, by model, of models that share theirs with another one. Absent: none does. */
  readonly endpoints?: Readonly<Record<string, string>> | undefined;
}
