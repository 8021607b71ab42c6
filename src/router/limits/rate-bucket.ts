import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** Creates the bucket of a configured rate, which holds a minute's worth; undefined without a rate. */
export function createRateBucket(perMinute: number | undefined, now: number): TokenBucket | undefined {
  // At least one call fits, however low the rate.
  return perMinute === undefined
    ? undefined
    : createTokenBucket(Math.max(1, perMinute), perMinute / 60_000, now);
}
