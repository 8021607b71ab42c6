import type { Health, HedgeOptions } from "../../contracts/index.ts";
import { checkKeys, checkNumber } from "../../plugin/index.ts";
import { longestTimerMs } from "../../plugin/longest-timer.ts";
import { createLoadBudget, type LoadBudget } from "./load-budget.ts";

/** Decides when a hedge may start, and how many hedges may still be made. */
export interface Hedging extends LoadBudget {
  /** Milliseconds after which a stream of the model is late; undefined if it is never taken to be late. */
  afterMs(name: string, now: number): number | undefined;
}

/** Creates the hedging of a router. Throws `InvalidOptionError`. */
export function createHedging(
  options: HedgeOptions,
  healthOf: (name: string, now: number) => Health | undefined,
): Hedging {
  checkKeys("execution.hedge", options, ["afterMs", "ratio"]);
  const { afterMs, ratio = 0.05 } = options;
  if (afterMs !== undefined) checkNumber("execution.hedge.afterMs", afterMs, { min: 0, max: longestTimerMs });
  checkNumber("execution.hedge.ratio", ratio, { min: Number.MIN_VALUE, max: 1 });
  return {
    ...createLoadBudget(ratio, 0),
    afterMs(name, now) {
      const p95 = healthOf(name, now)?.p95FirstTokenMs;
      return p95 === undefined ? afterMs : Math.min(longestTimerMs, Math.max(p95, afterMs ?? 0));
    },
  };
}
