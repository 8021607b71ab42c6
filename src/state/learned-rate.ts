import type { LearnedLimit } from "../contracts/index.ts";

/** What an endpoint's rate limits have taught of the rate that is fine. */
export type LearnedRate =
  | { readonly state: "unknown" }
  /** It was too much and was cut; it grows again. */
  | { readonly state: "cut"; readonly cut: LearnedLimit };

/** A call that met a rate limit. */
export interface LimitedCall {
  /** Name of the model. */
  readonly name: string;
  readonly begunAt: number;
}

/** A rate is never cut below one call in ten seconds. */
const leastPerMinute = 6;
/** Part of the rate that was too much, which comes back per minute. */
const recovery = 0.1;

export const unknownRate: LearnedRate = { state: "unknown" };

/** Calls per minute that are thought to be fine now. Undefined: nothing is known, or what was is out of date. */
export function rateNow(learned: LearnedRate, now: number): number | undefined {
  if (learned.state === "unknown") return undefined;
  const { at, requestsPerMinute, tooMuchPerMinute } = learned.cut;
  const minutes = Math.max(0, now - at) / 60_000;
  const rate = requestsPerMinute + tooMuchPerMinute * recovery * minutes;
  return rate < 2 * tooMuchPerMinute ? rate : undefined;
}

/**
 * Additive increase, multiplicative decrease (Chiu and Jain, 1989): a rate limit halves the rate; it
 * grows again by a tenth, per minute, of the rate that was too much. `perMinute`: the rate at which
 * calls were made, or the limit that was kept to where that is lower. The same object where the call
 * teaches nothing.
 */
export function afterRateLimit(
  learned: LearnedRate,
  { name, begunAt }: LimitedCall,
  perMinute: number,
  now: number,
): LearnedRate {
  // Begun before the last cut: it tells of the rate before it.
  if (learned.state === "cut" && begunAt <= learned.cut.at) return learned;
  const allowed = Math.min(perMinute, rateNow(learned, now) ?? Number.POSITIVE_INFINITY);
  const tooMuchPerMinute = Math.max(allowed, 2 * leastPerMinute);
  return {
    state: "cut",
    cut: { name, tooMuchPerMinute, requestsPerMinute: tooMuchPerMinute / 2, at: now },
  };
}

/** What was restored. Not from the future, where it would not begin to recover: the clock that wrote it was ahead. */
export function restoreRate(limit: LearnedLimit, now: number): LearnedRate {
  return { state: "cut", cut: { ...limit, at: Math.min(limit.at, now) } };
}
