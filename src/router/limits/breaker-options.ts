import type { BreakerOptions } from "../../contracts/index.ts";
import { type FilledOptions, type OptionTable, readOptions } from "../../plugin/index.ts";
import { bucketCount } from "./sliding-window.ts";

/** Options of breakers with their defaults filled in. */
export type ResolvedBreakerOptions = FilledOptions<BreakerOptions>;

export const breakerOptions: OptionTable<BreakerOptions> = {
  failureRatio: { is: "share", above: 0, default: 0.5 },
  minCalls: { is: "number", min: 1, integer: true, default: 10 },
  windowMs: { is: "number", min: bucketCount, default: 30_000 },
  openMs: { is: "number", min: 1, default: 5_000 },
  coolDownMs: { is: "number", min: 0, default: 1_000 },
};

/** Checks the options and fills in the defaults. Throws `InvalidOptionError`. */
export function resolveBreakerOptions(options: BreakerOptions): ResolvedBreakerOptions {
  return readOptions("execution.breaker", breakerOptions, options);
}
