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
  /** Retries allowed for each first call, in [0, 10]. Default 0.1. */
  readonly ratio?: number | undefined;
  /** Retries allowed in each second whatever the traffic, in [0, 1,000]. Default 1. */
  readonly minPerSecond?: number | undefined;
}

/**
 * Rates, kept by token buckets: what is allowed in a minute comes back evenly, and a minute's worth
 * can be saved up for a burst. So at most twice that falls into a single minute, as with the
 * providers' own limits.
 */
export interface RateOptions {
  /** Calls begun per minute, above 0. Default no limit. */
  readonly requestsPerMinute?: number | undefined;
  /**
   * Input and output tokens per minute, above 0: estimated before a call, corrected by the returned
   * usage. A call that is larger takes the whole minute. Default no limit.
   */
  readonly tokensPerMinute?: number | undefined;
}

/** Bounds of one endpoint, that is, of one model's name. */
export interface EndpointLimits extends RateOptions {
  /** Calls under way at once, at least 1. Default no limit. */
  readonly maxConcurrent?: number | undefined;
  /** Calls that wait for one of these places, first come, first served. Default 100, 0: none. */
  readonly maxQueued?: number | undefined;
  /** Longest wait for a place in milliseconds; then the next model is tried. Default 10,000. */
  readonly queueTimeoutMs?: number | undefined;
}

/** Bounds of the calls of all hops. What is over a bound goes to the next permitted model at once. */
export interface LimitOptions extends EndpointLimits {
  /** Bounds of single models, by id; each replaces the general one. */
  readonly models?: Readonly<Record<string, EndpointLimits>> | undefined;
  /** Rates of each tenant over all models. Requests without a tenant share an account. */
  readonly tenant?: RateOptions | undefined;
  /** Tenants whose rates are kept. Default 10,000. */
  readonly maxTenants?: number | undefined;
  /**
   * Whether to learn from rate limits (429) and from the `x-ratelimit-*` headers of providers.
   * A 429 halves a model's rate, of at least 6 calls per minute; it comes back by a tenth per minute
   * of the rate that was too much, and is forgotten at twice that. Default true.
   */
  readonly learn?: boolean | undefined;
}

/** A model's rate as its provider's rate limits have taught it. Plain JSON. */
export interface LearnedLimit {
  /** Name of the model. */
  readonly name: string;
  /** The rate that was too much. */
  readonly tooMuchPerMinute: number;
  /** What it was cut to at `at`. */
  readonly requestsPerMinute: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}
