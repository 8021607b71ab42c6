import { type OptionTable, readOptions } from "../../../../plugin/index.ts";
import { type AlarmRule, ruleSpan } from "../rule.ts";

export interface StateRuleOptions {
  /** Time for which it must be so. Default 0 ms. */
  readonly forMs?: number | undefined;
}

export const stateRuleOptions: OptionTable<StateRuleOptions> = { forMs: { ...ruleSpan, default: 0 } };

/** Fires while a promise is at risk or broken. */
export function promiseAtRisk(options: StateRuleOptions = {}): AlarmRule {
  const { forMs } = readOptions("promiseAtRisk", stateRuleOptions, options);
  return {
    name: "promise-at-risk",
    windowMs: 0,
    forMs,
    reads: ["at-risk", "broken"].map((state) => ({ series: "promise_state", labels: { state } }) as const),
    judge: (now) => ({
      firing: now.some(({ max = 0 }) => max > 0),
      reason: "a promise is at risk or broken",
    }),
  };
}

/** Fires while a drift monitor of the option `drift` has an alarm. */
export function driftActive(options: StateRuleOptions = {}): AlarmRule {
  const { forMs } = readOptions("driftActive", stateRuleOptions, options);
  return {
    name: "drift",
    windowMs: 0,
    forMs,
    reads: [{ series: "drift_active" }],
    judge: ([now]) => ({
      firing: (now?.max ?? 0) > 0,
      value: now?.max,
      reason: "live traffic differs from what it was",
    }),
  };
}
