/** Class of failures that can open a breaker. Each class is counted separately. */
export type FailureClass = "connection" | "timeout" | "server";

/** Options of the breaker that each endpoint has. */
export interface BreakerOptions {
  /** Share of failed calls of one class at which the breaker opens, in (0, 1]. Default 0.5. */
  readonly failureRatio?: number | undefined;
  /** Number of calls within the window below which the breaker never opens. Default 10. */
  readonly minCalls?: number | undefined;
  /** Length of the window. Default 30,000 ms. */
  readonly windowMs?: number | undefined;
  /** Time until a trial call. It doubles with each trial that fails, up to 16 times. Default 5,000 ms. */
  readonly openMs?: number | undefined;
  /**
   * Time for which other models are called first once a fifth of the latest calls met a rate limit that does
   * not say how long to wait. Default 1,000 ms.
   */
  readonly coolDownMs?: number | undefined;
}

/** State of the breaker of one endpoint, as plain JSON. Times are in milliseconds since the epoch. */
export interface BreakerState {
  /** Name of the model. */
  readonly name: string;
  readonly state: "closed" | "open" | "half-open";
  readonly failureClass?: FailureClass | undefined;
  readonly openUntil?: number | undefined;
  /** Number of trials that failed since the breaker opened. */
  readonly failedTrials?: number | undefined;
  /** End of the pause after a rate limit, which is not a failure. Other models are called first. */
  readonly coolDownUntil?: number | undefined;
  /** End of the pause that the provider asked for by Retry-After. No call is made. */
  readonly pausedUntil?: number | undefined;
}

/**
 * Options of the budget that all retries of a router share. A retry that succeeds does not count, so that
 * only those that multiply an outage are bounded. A client with few requests, whose tenth is next to nothing,
 * may allow more: `{ ratio: 0.2, minPerSecond: 10 }`.
 */
export interface RetryBudgetOptions {
  /** Failed retries allowed per first call, in [0, 10]. Default 0.1. */
  readonly ratio?: number | undefined;
  /** Failed retries allowed per second whatever the traffic, in [0, 1,000]. Default 1. */
  readonly minPerSecond?: number | undefined;
}

/**
 * Rates, kept by token buckets: the allowance of a minute comes back evenly, and at most a minute's worth
 * can be saved up for a burst. So at most twice the rate falls into a single minute, as with the limits
 * of providers.
 */
export interface RateOptions {
  /** Calls that may begin per minute, above 0. Default: no limit. */
  readonly requestsPerMinute?: number | undefined;
  /**
   * Input and output tokens per minute, above 0. Estimated before a call and corrected by the returned
   * usage. A call that is larger takes the whole minute. Default: no limit.
   */
  readonly tokensPerMinute?: number | undefined;
}

/** Limits of one endpoint, that is, of one model name. */
export interface EndpointLimits extends RateOptions {
  /** Largest number of calls under way at once, at least 1. Default: no limit. */
  readonly maxConcurrent?: number | undefined;
  /** Largest number of calls that wait for a place, first come, first served. Default 100; 0 means none. */
  readonly maxQueued?: number | undefined;
  /** Longest wait for a place in milliseconds. After it the next model is tried. Default 10,000. */
  readonly queueTimeoutMs?: number | undefined;
}

/** Limits of the calls of all hops. A call over a limit goes to the next permitted model at once. */
export interface LimitOptions extends EndpointLimits {
  /** Limits of single models, by id. Each replaces the general one. All efforts of a model share one: give its base id. */
  readonly models?: Readonly<Record<string, EndpointLimits>> | undefined;
  /** Rates of each tenant over all models. Requests without a tenant share one account. */
  readonly tenant?: RateOptions | undefined;
  /** Largest number of tenants whose rates are kept. Default 10,000. */
  readonly maxTenants?: number | undefined;
  /**
   * True if the router follows the `x-ratelimit-*` headers of providers, and learns the rate of a model from
   * its rate limits (429) where a rate is configured or headers state one. If at least 5 and 15 % of the calls
   * of a window (10 seconds and 20 calls at least) met a rate limit, the rate is cut to what was answered: to
   * 50 to 90 %, but not below 6 calls per minute. It then grows each minute by a tenth of what the endpoint
   * usually answers, until it is back at the rate that was too high. Default true.
   */
  readonly learn?: boolean | undefined;
}

/** Rate of a model, learnt from the rate limits of its provider. Plain JSON. */
export interface LearnedLimit {
  /** Name of the model. */
  readonly name: string;
  /** Rate that was too high: the highest one, if it was reduced more than once. */
  readonly tooMuchPerMinute: number;
  /** Rate to which it was reduced at `at`. */
  readonly requestsPerMinute: number;
  /** Amount by which the rate grows again each minute. Default: a tenth of `tooMuchPerMinute`. */
  readonly growthPerMinute?: number | undefined;
  /** Time of the reduction in milliseconds since the epoch. */
  readonly at: number;
}
