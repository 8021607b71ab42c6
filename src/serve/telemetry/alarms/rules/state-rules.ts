import type { AlarmRule, SeriesRead } from "../rule.ts";

function stateRule(name: string, of: SeriesRead, what: string, forMs: number | undefined): AlarmRule {
  return {
    name,
    windowMs: 0,
    forMs,
    reads: [of],
    judge: ([now]) => ({ firing: (now?.max ?? 0) > 0, value: now?.max, reason: what }),
  };
}

/** Fires while a promise is at risk or broken. */
export function promiseAtRisk({ forMs }: { readonly forMs?: number | undefined } = {}): AlarmRule {
  const rule = stateRule(
    "promise-at-risk",
    { series: "promise_state" },
    "a promise is at risk or broken",
    forMs,
  );
  const reads = ["at-risk", "broken"].map(
    (state) => ({ series: "promise_state", labels: { state } }) as const,
  );
  return {
    ...rule,
    reads,
    judge: (now) => ({
      firing: now.some(({ max = 0 }) => max > 0),
      reason: "a promise is at risk or broken",
    }),
  };
}

/** Fires while a drift monitor of the option `drift` has an alarm. */
export function driftActive({ forMs }: { readonly forMs?: number | undefined } = {}): AlarmRule {
  return stateRule("drift", { series: "drift_active" }, "live traffic differs from what it was", forMs);
}
