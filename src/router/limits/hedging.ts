import type { Health, HedgeOptions } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { longestTimerMs } from "../../plugin/longest-timer.ts";
import { createLoadBudget, type LoadBudget } from "./load-budget.ts";

/** Decides when a hedge may start, and how many hedges may still be made. */
export interface Hedging extends LoadBudget {
  /** Milliseconds after which a stream of the model is late; undefined if it is never taken to be late. */
  afterMs(name: string, now: number): number | undefined;
}

export const hedgeOptions: OptionTable<HedgeOptions, "afterMs"> = {
  afterMs: { is: "duration", min: 0, optional: true },
  ratio: { is: "share", above: 0, default: 0.05 },
};

/** Creates the hedging of a router. Throws `InvalidOptionError`. */
export function createHedging(
  options: HedgeOptions,
  healthOf: (name: string, now: number) => Health | undefined,
): Hedging {
  const { afterMs, ratio } = readOptions("execution.hedge", hedgeOptions, options);
  return {
    // One to begin with: a router that is new would otherwise leave its first late streams alone, 20 by default.
    ...createLoadBudget(ratio, 0, 1),
    afterMs(name, now) {
      const p95 = healthOf(name, now)?.p95FirstTokenMs;
      return p95 === undefined ? afterMs : Math.min(longestTimerMs, Math.max(p95, afterMs ?? 0));
    },
  };
}
