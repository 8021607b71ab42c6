/** What opens a breaker: each class of failure is counted for itself. */
export type FailureClass = "connection" | "timeout" | "server";

export interface BreakerOptions {
  /** Share of calls failed in one class, in (0, 1], from which the breaker opens. Default 0.5. */
  readonly failureRatio?: number | undefined;
  /** Calls within the window below which it never opens. Default 10. */
  readonly minCalls?: number | undefined;
  /** Default 30,000 ms. */
  readonly windowMs?: number | undefined;
  /** Time until a trial, doubled by each trial that fails, up to 16 times. Default 5,000 ms. */
  readonly openMs?: number | undefined;
  /** Pause after a rate limit that names none. Default 1,000 ms. */
  readonly coolDownMs?: number | undefined;
}

/** State of one endpoint, as plain JSON. Times in milliseconds since the epoch. */
export interface BreakerState {
  /** Name of the model. */
  readonly name: string;
  readonly state: "closed" | "open" | "half-open";
  readonly failureClass?: FailureClass | undefined;
  readonly openUntil?: number | undefined;
  /** Trials that failed since it opened. */
  readonly failedTrials?: number | undefined;
  /** After a rate limit: a pause, not a failure. */
  readonly coolDownUntil?: number | undefined;
}

export interface RetryBudgetOptions {
  /** Retries allowed for each first call, in [0, 10]. Default 0.2. */
  readonly ratio?: number | undefined;
  /** Retries allowed in each second whatever the traffic, in [0, 1,000]. Default 1. */
  readonly minPerSecond?: number | undefined;
}
