import { InvalidOptionError, type LearnedLimit } from "../contracts/index.ts";
import { checkNumber, checkText } from "../plugin/index.ts";

/** A rate is never cut below one call in ten seconds. */
const leastPerMinute = 6;
/** Part of the rate that was too much, which comes back per minute. */
const recovery = 0.1;

/**
 * Additive increase, multiplicative decrease (Chiu and Jain, 1989): a rate limit halves the rate; it
 * grows again by a tenth, per minute, of the rate that was too much.
 */
export function halved(name: string, perMinute: number, now: number): LearnedLimit {
  const tooMuchPerMinute = Math.max(perMinute, 2 * leastPerMinute);
  return { name, tooMuchPerMinute, requestsPerMinute: tooMuchPerMinute / 2, at: now };
}

/** Calls per minute that are thought to be fine now. Undefined: what was learnt is out of date. */
export function rateNow(learned: LearnedLimit, now: number): number | undefined {
  const minutes = Math.max(0, now - learned.at) / 60_000;
  const rate = learned.requestsPerMinute + learned.tooMuchPerMinute * recovery * minutes;
  return rate < 2 * learned.tooMuchPerMinute ? rate : undefined;
}

/** Throws `InvalidOptionError` where the value is none that was exported. */
export function checkLearnedLimits(states: readonly LearnedLimit[]): readonly LearnedLimit[] {
  if (!Array.isArray(states))
    throw new InvalidOptionError("state.limits", states, "what exportState() returned");
  return states.map((one: Partial<LearnedLimit> | null, at) => {
    const path = `state.limits[${at}]`;
    const rate = (field: "tooMuchPerMinute" | "requestsPerMinute") =>
      checkNumber(`${path}.${field}`, one?.[field], { min: Number.MIN_VALUE });
    return {
      name: checkText(`${path}.name`, one?.name),
      tooMuchPerMinute: rate("tooMuchPerMinute"),
      requestsPerMinute: rate("requestsPerMinute"),
      at: checkNumber(`${path}.at`, one?.at, { min: 0 }),
    };
  });
}
