import type { LearnedLimit } from "../../contracts/index.ts";

/** Rate that an endpoint tolerates, as learnt from its rate limits. */
export type LearnedRate =
  | { readonly state: "unknown" }
  /** The rate was too much and was cut. It grows again from there. */
  | {
      readonly state: "cut";
      readonly cut: LearnedLimit;
      /** True if another process has learnt it: it is not told on. */
      readonly hinted?: true | undefined;
    };

/** Calls of one window, as measured. */
export interface MeasuredCalls {
  /** Calls that began per minute, or the configured limit if that is lower. */
  readonly perMinute: number;
  /** Number of calls that met a rate limit. */
  readonly limited: number;
  /** Their share of the calls that ended, in [0, 1]. */
  readonly limitedShare: number;
  /** Calls per minute that the endpoint has usually answered. */
  readonly usualPerMinute: number;
}

/** Lowest rate after a cut: one call in ten seconds. */
const leastPerMinute = 6;
/** Share of the usual rate that comes back per minute. */
const recovery = 0.1;
/** Share and number of calls that must meet a rate limit in a window. Fewer are chance: any provider has some. */
const leastShare = 0.15;
const leastLimited = 5;
/** A cut leaves what the endpoint answered, within these shares of the rate that was too much. */
const deepestCut = 0.5;
const slightestCut = 0.9;

export const unknownRate: LearnedRate = { state: "unknown" };

/** Returns the calls per minute that should be fine now; undefined if unknown or out of date. */
export function rateNow(learned: LearnedRate, now: number): number | undefined {
  if (learned.state === "unknown") return undefined;
  const { at, requestsPerMinute, tooMuchPerMinute, growthPerMinute } = learned.cut;
  const growth = growthPerMinute ?? tooMuchPerMinute * recovery;
  const rate = requestsPerMinute + growth * (Math.max(0, now - at) / 60_000);
  return rate < tooMuchPerMinute ? rate : undefined;
}

/**
 * Returns the rate after a window of calls, or the same object if the window teaches nothing. Additive
 * increase, multiplicative decrease (Chiu and Jain, 1989): a window with a share of rate limits cuts the
 * rate to what was answered, at most by half. It grows again by a constant step, a tenth of what the
 * endpoint usually answers per minute, however often it was cut.
 */
export function afterWindow(
  learned: LearnedRate,
  name: string,
  { perMinute, limited, limitedShare, usualPerMinute }: MeasuredCalls,
  now: number,
): LearnedRate {
  if (limited < leastLimited || limitedShare < leastShare) return learned;
  const before = rateNow(learned, now);
  const allowed = Math.min(perMinute, before ?? Number.POSITIVE_INFINITY);
  const left = Math.min(slightestCut, Math.max(deepestCut, 1 - limitedShare));
  const last = learned.state === "cut" && before !== undefined ? learned.cut : undefined;
  const most = Math.max(allowed, last?.tooMuchPerMinute ?? 0, leastPerMinute / deepestCut);
  const step = recovery * Math.max(usualPerMinute, leastPerMinute);
  return {
    state: "cut",
    cut: {
      name,
      tooMuchPerMinute: most,
      requestsPerMinute: Math.max(leastPerMinute, allowed * left),
      growthPerMinute: Math.max(last?.growthPerMinute ?? 0, step),
      at: now,
    },
  };
}

/** Returns a restored rate. Its clock may have been ahead: a cut in the future would not begin to recover. */
export function restoreRate(limit: LearnedLimit, now: number): LearnedRate {
  return { state: "cut", cut: { ...limit, at: Math.min(limit.at, now) } };
}

/**
 * Returns the rate after a hint that another process calls at `perMinute`: at least half of the configured limit, to which
 * it grows back within five minutes. So a hint that is wrong lowers a rate a little and for a short time.
 */
export function hintedRate(name: string, perMinute: number, limit: number, now: number): LearnedRate {
  if (!(perMinute < limit)) return unknownRate;
  const requestsPerMinute = Math.max(perMinute, limit * deepestCut);
  const cut = {
    name,
    tooMuchPerMinute: limit,
    requestsPerMinute,
    growthPerMinute: limit * recovery,
    at: now,
  };
  return { state: "cut", cut, hinted: true };
}
