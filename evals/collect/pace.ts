import {
  begin,
  correct,
  createTokenBucket,
  reserve,
  type TokenBucket,
  waitMs,
} from "../../src/router/limits/inner.ts";

export interface PaceOptions {
  readonly requestsPerMinute?: number | undefined;
  /** Limit on input and output together. */
  readonly tokensPerMinute?: number | undefined;
}

/** Rate at which one model is called. */
export interface Pace {
  /** Reserves the next call and returns how long to wait for it, in milliseconds. */
  enter(tokens: number): number;
  /** Corrects the tokens of a call that took more than it was reserved with, or fewer. */
  correct(more: number): void;
  /** Starts a pause that the provider asks for. */
  pause(ms: number): void;
  /** Returns the milliseconds that are left of the pause. */
  pauseMs(): number;
}

/**
 * Share of a minute that may be begun at once: a second's worth, since bursts are what hits a provider's
 * limit.
 */
const burst = 1 / 60;

/** Creates the pace of a model. `clock` returns milliseconds on a monotonic clock. */
export function createPace({ requestsPerMinute, tokensPerMinute }: PaceOptions, clock: () => number): Pace {
  const requests = bucketOf(requestsPerMinute, clock());
  const tokens = bucketOf(tokensPerMinute, clock());
  let pausedUntil = 0;
  const take = (bucket: TokenBucket | undefined, cost: number, now: number): number => {
    if (bucket === undefined) return 0;
    const ms = waitMs(bucket, cost, now);
    begin(bucket, reserve(bucket, cost));
    return ms;
  };
  return {
    enter(count) {
      const now = clock();
      return Math.max(take(requests, 1, now), take(tokens, count, now));
    },
    correct(more) {
      if (tokens !== undefined) correct(tokens, more);
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock() + ms);
    },
    pauseMs: () => Math.max(0, pausedUntil - clock()),
  };
}

/** Creates a bucket that holds a minute's worth, so that the largest call fits, and begins nearly empty. */
function bucketOf(perMinute: number | undefined, now: number): TokenBucket | undefined {
  if (perMinute === undefined) return undefined;
  const bucket = createTokenBucket(Math.max(1, perMinute), perMinute / 60_000, now);
  bucket.level = Math.max(1, perMinute * burst);
  return bucket;
}
