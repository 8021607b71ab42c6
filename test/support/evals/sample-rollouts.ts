import type { GuardStatus, RolloutStatus } from "../../../src/loop/index.ts";

/** Guard whose difference settles at `difference`, with intervals that narrow. */
export function sampleGuard(partial: Partial<GuardStatus> & { readonly name: string }): GuardStatus {
  const { difference = 0.001, alarmAt = 60, harm = 0.4, safe = 8 } = partial;
  const points = Array.from({ length: 40 }, (_, at) => {
    const pairs = 50 * (at + 1);
    const part = (at + 1) / 40;
    const width = 0.8 / Math.sqrt(pairs);
    const middle = difference + (0.3 * Math.sin(at)) / Math.sqrt(pairs) / 4;
    return {
      pairs,
      difference: middle,
      low: middle - width,
      high: middle + width,
      harm: harm ** part,
      safe: safe ** part,
    };
  });
  return {
    kind: "guard",
    unit: "share",
    marginOf: "difference",
    margin: 0.005,
    exact: true,
    pairs: 2_000,
    control: 0.012,
    candidate: 0.012 + difference,
    low: difference - 0.018,
    high: difference + 0.018,
    alarmAt,
    safeAt: 20,
    points,
    ...partial,
    difference,
    harm,
    safe,
  };
}

const started = {
  verdict: "advance",
  at: "2026-11-20T08:00:00Z",
  stage: 1,
  reason: "2,000 shadow requests decided",
  numbers: {},
} as const;

/** A rollout in its third stage. */
export const runningRollout: RolloutStatus = {
  formatVersion: 1,
  id: "threshold-062",
  unit: "session",
  confidence: 0.95,
  stages: [
    { shadow: true, requests: 2_000 },
    { share: 0.01 },
    { share: 0.05, units: 500 },
    { share: 0.25 },
    { share: 0.5 },
    { share: 1 },
  ],
  holdOut: 0.02,
  state: "running",
  stage: 2,
  since: "2026-11-26T10:00:00Z",
  share: 0.05,
  controlShare: 0.05,
  revision: 3,
  verdict: {
    verdict: "hold",
    at: "2026-11-27T05:00:00Z",
    stage: 2,
    reason: "no harm is found, and 420 of 500 units are there",
    needs: "units",
    numbers: {},
  },
  history: [
    started,
    { ...started, at: "2026-11-24T12:30:00Z", stage: 2, reason: "no harm found in 400 units" },
    { verdict: "pause", at: "2026-11-25T09:00:00Z", stage: 2, reason: "on call", by: "ada", numbers: {} },
    { verdict: "resume", at: "2026-11-26T10:00:00Z", stage: 2, reason: "looked at", by: "ada", numbers: {} },
  ],
  units: { control: 431, candidate: 420 },
  requests: {
    control: { all: 2_155, failed: 6, troubled: 31, aborted: 11 },
    candidate: { all: 2_100, failed: 5, troubled: 29, aborted: 14 },
  },
  delay: {
    unitsPerMinute: 1.2,
    totalFailureUnits: 30,
    totalFailureMinutes: 25,
    unitsLeft: 80,
    minutesLeft: 66.7,
    idleMinutes: 30,
  },
  openUnits: 12,
  inBoth: 0,
  mismatch: { evidence: 0.61, alarmAt: 1_000 },
  guards: [
    sampleGuard({ name: "errors", safe: 34 }),
    sampleGuard({
      name: "quality:feedback",
      unit: "quality",
      margin: 0.02,
      difference: -0.004,
      control: 0.21,
      candidate: 0.206,
      safe: 3,
    }),
    sampleGuard({
      name: "cost",
      unit: "usd",
      margin: 0.05,
      marginOf: "control",
      difference: -0.0021,
      control: 0.0093,
      candidate: 0.0072,
      low: -0.0031,
      high: -0.0011,
      safe: 900,
      exact: false,
      points: [],
    }),
    sampleGuard({
      name: "latency-p95",
      kind: "signal",
      unit: "ms",
      margin: 200,
      difference: 41,
      control: 1_830,
      candidate: 1_871,
      low: -120,
      high: 202,
      exact: false,
      points: [],
    }),
  ],
  shadow: {
    requests: 2_000,
    changed: 164,
    failed: 0,
    costDifferenceUsd: -1.31,
    priced: 2_000,
    calls: 0,
    failedCalls: 0,
  },
  store: { name: "redis", isReached: true, processes: 4 },
};

export const rolledBack: RolloutStatus = {
  ...runningRollout,
  state: "rolled-back",
  share: 0,
  controlShare: 0,
  verdict: {
    verdict: "roll-back",
    at: "2026-11-27T05:10:00Z",
    stage: 2,
    guard: "errors",
    reason: "errors: harm above the margin is proven",
    numbers: {},
  },
  guards: [
    sampleGuard({ name: "errors", difference: 0.027, harm: 82, safe: 0.02 }),
    ...runningRollout.guards.slice(1),
  ],
};

const attack = `"><img src=x onerror="owned=1"><script>owned=1</script>\u202e${"long".repeat(40)}`;

/** All texts that could come from someone else are attacks. */
export const hostileRollout: RolloutStatus = {
  ...runningRollout,
  id: attack,
  unit: attack,
  since: attack,
  state: "paused",
  verdict: { ...runningRollout.verdict, guard: attack, reason: attack, needs: attack, by: attack },
  history: Array.from({ length: 50 }, () => ({
    ...started,
    verdict: attack as "hold",
    at: attack,
    reason: attack,
    by: attack,
  })),
  mismatch: { evidence: 4_000, alarmAt: 1_000 },
  inBoth: 7,
  guards: Array.from({ length: 14 }, (_, at) =>
    sampleGuard({ name: `${at} ${attack}`, difference: at * 1e9 }),
  ),
  store: { name: attack, isReached: false, processes: 3 },
};

/** Nothing has happened yet. */
export const newRollout: RolloutStatus = {
  ...runningRollout,
  stage: 0,
  share: 0,
  controlShare: 0,
  history: [],
  units: { control: 0, candidate: 0 },
  guards: [
    {
      ...sampleGuard({ name: "errors" }),
      pairs: 0,
      points: [],
      control: undefined,
      candidate: undefined,
      low: undefined,
      high: undefined,
      harm: 1,
      safe: 1,
    },
  ],
  shadow: { requests: 12, changed: 1, failed: 0, costDifferenceUsd: 0, priced: 0, calls: 0, failedCalls: 0 },
  store: undefined,
};
