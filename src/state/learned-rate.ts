import type { LearnedLimit } from "../contracts/index.ts";

/** Rate that an endpoint tolerates, as learnt from its rate limits. */
export type LearnedRate =
  | { readonly state: "unknown" }
  /** The rate was too much and was cut. It grows again from there. */
  | { readonly state: "cut"; readonly cut: LearnedLimit };

/** A call that met a rate limit. */
export interface LimitedCall {
  /** Name of the model. */
  readonly name: string;
  readonly begunAt: number;
}

/** Lowest rate after a cut: one call in ten seconds. */
const leastPerMinute = 6;
/** Share of the rate that was too much which comes back per minute. */
const recovery = 0.1;

export const unknownRate: LearnedRate = { state: "unknown" };

/** Returns the calls per minute that should be fine now; undefined if unknown or out of date. */
export function rateNow(learned: LearnedRate, now: number): number | undefined {
  if (learned.state === "unknown") return undefined;
  const { at, requestsPerMinute, tooMuchPerMinute } = learned.cut;
  const minutes = Math.max(0, now - at) / 60_000;
  const rate = requestsPerMinute + tooMuchPerMinute * recovery * minutes;
  return rate < 2 * tooMuchPerMinute ? rate : undefined;
}

/**
 * Returns the rate after a call met a rate limit, or the same object if the call teaches nothing.
 * Additive increase, multiplicative decrease (Chiu and Jain, 1989): a rate limit halves the rate; each
 * minute it grows again by a tenth of the rate that was too much. `perMinute` is the rate at which
 * calls were made, or the configured limit if that is lower.
 */
export function afterRateLimit(
  learned: LearnedRate,
  { name, begunAt }: LimitedCall,
  perMinute: number,
  now: number,
): LearnedRate {
  // A call that began before the last cut tells of the rate before that cut.
  if (learned.state === "cut" && begunAt <= learned.cut.at) return learned;
  const allowed = Math.min(perMinute, rateNow(learned, now) ?? Number.POSITIVE_INFINITY);
  const tooMuchPerMinute = Math.max(allowed, 2 * leastPerMinute);
  return {
    state: "cut",
    cut: { name, tooMuchPerMinute, requestsPerMinute: tooMuchPerMinute / 2, at: now },
  };
}

/** Returns a restored rate. Its clock may have been ahead: a cut in the future would not begin to recover. */
export function restoreRate(limit: LearnedLimit, now: number): LearnedRate {
  return { state: "cut", cut: { ...limit, at: Math.min(limit.at, now) } };
}
