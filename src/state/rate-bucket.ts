import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** The bucket of a configured rate: a minute's worth; undefined where there is no such rate. */
export function createRateBucket(perMinute: number | undefined, now: number): TokenBucket | undefined {
  // At least one call fits, however slow the pace.
  return perMinute === undefined
    ? undefined
    : createTokenBucket(Math.max(1, perMinute), perMinute / 60_000, now);
}
