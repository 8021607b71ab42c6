import {
  begin,
  correct,
  createTokenBucket,
  reserve,
  type TokenBucket,
  waitMs,
} from "../../src/state/token-bucket.ts";

export interface PaceOptions {
  readonly requestsPerMinute?: number | undefined;
  /** Input and output together. */
  readonly tokensPerMinute?: number | undefined;
}

/** How fast one model is called. */
export interface Pace {
  /** Takes the next place and returns how long to wait for it, in milliseconds. */
  enter(tokens: number): number;
  /** A call took more tokens than it entered with, or fewer. */
  correct(more: number): void;
  /** The provider asks for a pause. */
  pause(ms: number): void;
  /** Milliseconds that are left of it. */
  pauseMs(): number;
}

/** What may be begun at once: a second's worth, since bursts are what hits a provider's limit. */
const burst = 1 / 60;

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

/** Holds a minute's worth, so that the largest call fits, and begins nearly empty. */
function bucketOf(perMinute: number | undefined, now: number): TokenBucket | undefined {
  if (perMinute === undefined) return undefined;
  const bucket = createTokenBucket(Math.max(1, perMinute), perMinute / 60_000, now);
  bucket.level = Math.max(1, perMinute * burst);
  return bucket;
}
