import { createRecorder } from "../../../src/serve/status/recorder.ts";
import { type SampleDashboard, sampleNow, samplesOf } from "./sample-dashboard.ts";

const attack = (name: string) =>
  `${name}<img src=x onerror="globalThis.owned=1"><script>globalThis.owned=1</script>\u202e"'\`${"W".repeat(120)}`;

/** A recording whose every name is written by someone who means harm. */
export function hostileDashboard(): SampleDashboard {
  const recorder = createRecorder();
  for (let at = 0; at < 30; at += 1) {
    const model = attack(`model ${at % 9}`);
    const error = { code: attack("code") };
    const arm = attack(`arm ${at % 2}`);
    recorder.add(sampleNow - at * 60_000, {
      decision: {
        id: attack("id"),
        at: "2026-11-27T12:00:00Z",
        model,
        plan: [{ model }, { model: attack("next") }],
        fallbacks: [],
        classification: { complexity: 1 },
        candidates: [
          { model, permitted: attack("refused"), estimatedCostUsd: 1e12 },
          {
            model: "pool",
            permitted: true,
            members: [{ endpoint: attack("endpoint"), permitted: attack("no") }],
          },
        ],
        budgets: [{ name: attack("budget"), unit: "usd", used: 1e15, limit: 1e-9 }],
        arms: [{ comparison: attack("rollout"), arm, share: 0.5, unitHash: "", draw: 0 }],
        reason: attack("reason"),
        propensity: 1e-9,
        forced: at % 3 === 0,
        certified: false,
        uncertified: attack("uncertified"),
      },
      attempts: [{ model, hop: "answer", latencyMs: 1e12, costUsd: 1e5, ...(at % 2 === 0 && { error }) }],
      latencyMs: 1e12,
      ...(at % 2 === 0 && { error }),
    });
  }
  recorder.addNews({ at: sampleNow, tone: "bad", text: attack("news") });
  return samplesOf(recorder, {
    saving: {
      heldOut: 1,
      routed: 9e15,
      units: 2,
      savedUsd: { value: -1e15, low: -1e16, high: 1e15 },
      confidence: 0.95,
    },
    promises: ["a", "b"].map((name) => ({
      name: attack(name),
      state: attack("state"),
      maxLoss: 1e-9,
      meanLoss: 5,
      upperBound: 1e9,
      records: 0,
    })),
    breakers: [{ name: attack("breaker"), state: attack("open") }],
    drift: {
      windows: 0,
      requests: 0,
      windowRequests: 0,
      findings: [
        {
          of: attack("of"),
          verdict: "drifted",
          statistic: attack("s"),
          value: -1e300,
          bound: 0,
          reason: attack("r"),
        },
      ],
      alarms: [{ of: attack("of"), reason: attack("moved") }],
    },
    rollouts: [
      {
        id: attack("rollout"),
        state: attack("state"),
        unit: "session",
        stage: 99,
        stages: [null, 1e9, -1],
        share: 1e9,
        controlShare: -1,
        confidence: 2,
        since: attack("never"),
        verdict: attack("verdict"),
        reason: attack("reason"),
        units: { control: -1, candidate: 1e300 },
        guards: [
          {
            name: attack("guard"),
            kind: attack("kind"),
            unit: attack("unit"),
            margin: -1e300,
            marginOf: "control",
            pairs: 1e300,
            difference: -1e300,
            harm: 0,
            safe: 1e300,
            alarmAt: 0,
            safeAt: 0,
            points: [
              [0, -1e300, null, null, 0, 0],
              [1, 1e300, 0, 0, -1, 1e300],
            ],
          },
        ],
      },
    ],
    unreadable: [attack("part")],
  });
}
