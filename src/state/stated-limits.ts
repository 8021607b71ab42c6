import type { RateLimitInfo } from "../contracts/index.ts";
import type { Draw } from "./draw.ts";
import { createTokenBucket, type TokenBucket, waitMs } from "./token-bucket.ts";

/** Limits that a provider has stated in the headers of its responses. */
export interface StatedLimits {
  requests: StatedLimit | undefined;
  tokens: StatedLimit | undefined;
}

/** Limit that holds until its reset. */
interface StatedLimit {
  readonly bucket: TokenBucket;
  until: number;
}

/** Longest time for which a stated limit is believed. */
const longestStatedMs = 600_000;

/** Takes over the limits that a provider states. Limits that it does not mention stay. */
export function hearLimits(stated: StatedLimits, info: RateLimitInfo, now: number): void {
  const { limitRequests, remainingRequests, resetRequestsMs } = info;
  const { limitTokens, remainingTokens, resetTokensMs } = info;
  stated.requests = hear(stated.requests, [remainingRequests, limitRequests, resetRequestsMs], now);
  stated.tokens = hear(stated.tokens, [remainingTokens, limitTokens, resetTokensMs], now);
}

/** Adds the draws of a call from the stated limits that still hold. */
export function drawFromStated(draws: Draw[], stated: StatedLimits, tokens: number, now: number): void {
  const draw = ({ bucket, until }: StatedLimit, cost: number, kind: string) => {
    if (now >= until) return;
    const wait = Math.min(waitMs(bucket, cost, now), until - now);
    const limit = `the limit of ${kind} stated by its provider`;
    draws.push({ bucket, cost, waitMs: wait, limit, stated: true, corrected: false });
  };
  if (stated.requests !== undefined) draw(stated.requests, 1, "requests");
  if (stated.tokens !== undefined) draw(stated.tokens, tokens, "tokens");
}

/**
 * Turns what a provider states into a bucket, whatever the span of its limit: what is missing comes back
 * evenly until the reset. Without a limit nothing comes back before the reset. Without a reset it holds
 * for a minute.
 */
function hear(
  before: StatedLimit | undefined,
  said: readonly [remaining: Count, limit: Count, resetMs: Count],
  now: number,
): StatedLimit | undefined {
  // A user's own model may state anything.
  const [remaining, limit, resetMs] = said.map(countOrNone);
  if (remaining === undefined) return before;
  const capacity = Math.max(1, limit ?? remaining, remaining);
  const span = Math.max(1, resetMs ?? 60_000);
  const perMs = limit === undefined ? 0 : Math.max(0, limit - remaining) / span;
  const bucket = before?.bucket ?? createTokenBucket(capacity, perMs, now);
  bucket.at = now;
  bucket.capacity = capacity;
  bucket.perMs = perMs;
  // The provider has not counted calls that have not begun.
  bucket.level = remaining - bucket.pending;
  const stated = before ?? { bucket, until: 0 };
  stated.until = now + Math.min(span, longestStatedMs);
  return stated;
}

type Count = number | undefined;

function countOrNone(value: Count): Count {
  return value !== undefined && value >= 0 && value < Number.POSITIVE_INFINITY ? value : undefined;
}
