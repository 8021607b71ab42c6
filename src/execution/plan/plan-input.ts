/** What the attempt plan of one request is made from. Plain JSON, the same from the first event to the last. */
export interface PlanInput {
  /** Id of the request: attempts are named after it. */
  readonly requestId: string;
  /** The decided models, in order. */
  readonly plan: readonly PlannedModel[];
  /** Models to turn to when those fail, in order. */
  readonly fallbacks: readonly string[];
  /** Milliseconds on the monotonic clock. */
  readonly deadlineAt?: number | undefined;
  readonly rules: PlanRules;
}

export interface PlannedModel {
  readonly model: string;
  /** Name of the check that its answer must pass. Absent: none. */
  readonly check?: string | undefined;
}

/** What holds for all requests of a router. */
export interface PlanRules {
  /** Further calls of a model after a retryable error. */
  readonly retries: number;
  /** True if models of `fallbacks` are tried after a failure. A hedge may call them in any case. */
  readonly fallback: boolean;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  /** Longest pause or Retry-After that a retry waits for. */
  readonly retryAfterCapMs: number;
  /** Context windows in tokens, by model. Absent: not known. */
  readonly windows: Readonly<Record<string, number | undefined>>;
}
