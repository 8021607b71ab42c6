import { type TokenBucket, waitMs } from "./token-bucket.ts";

/** A call as rates see it. */
export interface RatedCall {
  /** Name of the model. */
  readonly name: string;
  readonly tenant: string | undefined;
  /** Estimated input and output tokens. */
  readonly tokens: number;
}

/** A bucket that a call must draw from. */
export interface Draw {
  readonly bucket: TokenBucket;
  readonly cost: number;
  readonly waitMs: number;
  /** Name of the limit, for people. */
  readonly limit: string;
  /** True if the bucket follows what the provider states of its own limits. */
  readonly stated: boolean;
  /** True if the cost is an estimate that the call's usage corrects. */
  readonly corrected: boolean;
}

/** Draw of one call from a bucket that counts calls. */
export function drawCall(bucket: TokenBucket, limit: string, now: number): Draw {
  return { bucket, cost: 1, waitMs: waitMs(bucket, 1, now), limit, stated: false, corrected: false };
}

/** Draw of estimated tokens, which the call's usage corrects. */
export function drawTokens(bucket: TokenBucket, tokens: number, limit: string, now: number): Draw {
  const wait = waitMs(bucket, tokens, now);
  return { bucket, cost: tokens, waitMs: wait, limit, stated: false, corrected: true };
}

/** Returns the draw that the call waits for longest; undefined if it need not wait. */
export function longestOf(draws: readonly Draw[]): Draw | undefined {
  let longest: Draw | undefined;
  for (const draw of draws) if (draw.waitMs > (longest?.waitMs ?? 0)) longest = draw;
  return longest;
}

export function reasonOf({ limit, waitMs }: Draw): string {
  return `${limit} is reached; there is room again in ${waitMs} ms`;
}
