import type { RateLimitInfo } from "../../contracts/index.ts";
import type { Draw } from "./draw.ts";
import { createTokenBucket, refill, type TokenBucket, waitMs } from "./token-bucket.ts";

/** Limits that a provider has stated in the headers of its responses. */
export interface StatedLimits {
  requests: StatedLimit | undefined;
  tokens: StatedLimit | undefined;
}

/** Limit that holds until its reset. */
interface StatedLimit {
  readonly bucket: TokenBucket;
  until: number;
  /** Number of calls that had begun when it was stated, or last lowered. */
  saidAt: number;
  /** Number of times one after the other that nothing was left and no time was given at which something is. */
  empty: number;
}

/** Calls and tokens of an endpoint. */
export interface Use {
  readonly calls: number;
  readonly tokens: number;
}

/** Calls of an endpoint so far. Changed in place. */
export interface BegunUse {
  /** All that have begun. */
  calls: number;
  tokens: number;
  /** Those under way of which no answer has begun. */
  unheardCalls: number;
  unheardTokens: number;
}

/** Longest time for which a stated limit is believed. */
const longestStatedMs = 600_000;
/** Time for which a limit is believed of which nothing is left and nothing is said about when it comes back. */
const emptyMs = 1_000;
/** Number of times that such a limit is believed in a row: a server that answers all the same does not mean it. */
const mostEmpty = 3;

/**
 * Takes over the limits that a provider states. Limits that it does not mention stay. `saidBy` is what had begun when
 * the stating call did, and `begun` what has begun by now: a provider counts a call when it comes, and those that came
 * later are missing in what it says. Calls under way may have come later although they began before. A call that began
 * before the last statement may have come before it, too: what it states can only lower the rest.
 */
export function hearLimits(
  stated: StatedLimits,
  info: RateLimitInfo,
  now: number,
  saidBy?: Use,
  begun?: BegunUse,
): void {
  const { limitRequests, remainingRequests, resetRequestsMs } = info;
  const { limitTokens, remainingTokens, resetTokensMs } = info;
  const isKnown = saidBy !== undefined && begun !== undefined;
  const calls = isKnown ? Math.max(begun.calls - saidBy.calls, begun.unheardCalls) : 0;
  const tokens = isKnown ? Math.max(begun.tokens - saidBy.tokens, begun.unheardTokens) : 0;
  const by = isKnown ? { began: saidBy.calls, now: begun.calls } : undefined;
  stated.requests = hear(
    stated.requests,
    [remainingRequests, limitRequests, resetRequestsMs],
    now,
    by,
    calls,
  );
  stated.tokens = hear(stated.tokens, [remainingTokens, limitTokens, resetTokensMs], now, by, tokens);
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
 * for a minute; for a second if nothing is left and no limit says how fast it comes back. `since` is what it may not
 * have counted.
 */
function hear(
  before: StatedLimit | undefined,
  said: readonly [remaining: Count, limit: Count, resetMs: Count],
  now: number,
  by: { readonly began: number; readonly now: number } | undefined,
  since: number,
): StatedLimit | undefined {
  // A user's own model may state anything.
  const [remaining, limit, resetMs] = said.map(countOrNone);
  if (remaining === undefined) return before;
  const capacity = Math.max(1, limit ?? remaining, remaining);
  const isEmpty = remaining < 1 && limit === undefined && resetMs === undefined;
  const span = isEmpty ? emptyMs : Math.max(1, resetMs ?? 60_000);
  const perMs = limit === undefined ? 0 : Math.max(0, limit - remaining) / span;
  if (before !== undefined && by !== undefined && by.began <= before.saidAt && now < before.until) {
    refill(before.bucket, now);
    const level = remaining - before.bucket.pending - since;
    if (level >= before.bucket.level) return before;
    before.bucket.level = level;
    // Calls that have begun by now may have overtaken the one that states this: what they state is older.
    before.saidAt = Math.max(before.saidAt, by.now);
    if (!isEmpty) before.until = Math.max(before.until, now + Math.min(span, longestStatedMs));
    return before;
  }
  const empty = isEmpty ? (before?.empty ?? 0) + 1 : 0;
  const bucket = before?.bucket ?? createTokenBucket(capacity, perMs, now);
  bucket.at = now;
  bucket.capacity = capacity;
  bucket.perMs = perMs;
  // The provider has counted neither calls that have not begun, nor those that came after this one.
  bucket.level = remaining - bucket.pending - since;
  const stated = before ?? { bucket, until: 0, saidAt: 0, empty };
  stated.until = empty > mostEmpty ? now : now + Math.min(span, longestStatedMs);
  stated.saidAt = by?.now ?? 0;
  stated.empty = empty;
  return stated;
}

type Count = number | undefined;

function countOrNone(value: Count): Count {
  return value !== undefined && value >= 0 && value < Number.POSITIVE_INFINITY ? value : undefined;
}
