import type { BreakerOptions } from "../../contracts/index.ts";
import { checkKeys, checkNumber } from "../../plugin/index.ts";
import { bucketCount } from "./sliding-window.ts";

/** Options of breakers with their defaults filled in. */
export type ResolvedBreakerOptions = Readonly<Record<keyof BreakerOptions, number>>;

/** Checks the options and fills in the defaults. Throws `InvalidOptionError`. */
export function resolveBreakerOptions(options: BreakerOptions): ResolvedBreakerOptions {
  checkKeys("execution.breaker", options, ["failureRatio", "minCalls", "windowMs", "openMs", "coolDownMs"]);
  const {
    failureRatio = 0.5,
    minCalls = 10,
    windowMs = 30_000,
    openMs = 5_000,
    coolDownMs = 1_000,
  } = options;
  return {
    failureRatio: checkNumber("execution.breaker.failureRatio", failureRatio, {
      min: Number.MIN_VALUE,
      max: 1,
    }),
    minCalls: checkNumber("execution.breaker.minCalls", minCalls, { min: 1, integer: true }),
    windowMs: checkNumber("execution.breaker.windowMs", windowMs, { min: bucketCount }),
    openMs: checkNumber("execution.breaker.openMs", openMs, { min: 1 }),
    coolDownMs: checkNumber("execution.breaker.coolDownMs", coolDownMs, { min: 0 }),
  };
}
