import { driftOf, rolloutOf } from "../../../src/loop/states/shown-loop.ts";
import type { FrameSaving, FrameStates } from "../../../src/serve/status/frame.ts";
import { createFrames, type Frames } from "../../../src/serve/status/frames.ts";
import { createRecorder, type Recorder } from "../../../src/serve/status/recorder.ts";
import { runningRollout } from "../evals/sample-rollouts.ts";
import { sampleRequests } from "./sample-requests.ts";

/** 2026-11-27, 14:03 UTC. */
export const sampleNow: number = Date.parse("2026-11-27T14:03:20Z");

export interface SampleDashboard extends Frames {
  readonly recorder: Recorder;
}

/** A recording of two days of a busy desk, with a hold-out, a promise, a rollout and a drift monitor. */
export function sampleDashboard(states: Partial<FrameStates> = fullStates): SampleDashboard {
  const recorder = createRecorder();
  const next = sampleRequests(7);
  // Busier in the afternoon, and with a dent.
  for (let minute = 2 * 1_440; minute >= 0; minute -= 1) {
    const at = sampleNow - 60_000 * minute;
    const hour = (new Date(at).getUTCHours() + 10) % 24;
    const busy = 4 + 3 * Math.sin((hour / 24) * 2 * Math.PI) + (minute % 7) / 3;
    const count = minute > 24 && minute < 28 ? 1 : Math.max(1, Math.round(busy * (minute < 90 ? 4 : 1)));
    for (let one = 0; one < count; one += 1) recorder.add(at + (one * 60_000) / count, next());
  }
  return samplesOf(recorder, states);
}

/** A server of several processes, or a log: what only events tell of, and what is the worst of several. */
export function toldDashboard(): SampleDashboard {
  const recorder = createRecorder();
  const next = sampleRequests(3);
  for (let minute = 50; minute >= 0; minute -= 1) recorder.add(sampleNow - 60_000 * minute, next());
  const told = { maxLoss: 0.02, meanLoss: 0.031, records: 311, processes: 3 };
  return samplesOf(
    recorder,
    {
      ...fullStates,
      saving: {
        ...(fullStates.saving as FrameSaving),
        qualityGained: { value: 0.004, low: -0.011, high: 0.019 },
      },
      promises: [
        { name: "support", state: "at-risk", ...told },
        { name: "desk", state: "broken", ...told },
      ],
      rollouts: [
        {
          id: "threshold-062",
          state: "rolled-back",
          unit: "",
          stage: 2,
          stages: [],
          share: 0,
          since: new Date(sampleNow - 600_000).toISOString(),
          verdict: "roll-back",
          reason: "errors: harm above the margin of 0.5 points",
          guards: [],
        },
      ],
    },
    3,
  );
}

/** Frames of a recording, with these states. */
export function samplesOf(
  recorder: Recorder,
  states: Partial<FrameStates>,
  processes?: number,
): SampleDashboard {
  const frames = createFrames({
    recorder,
    now: () => Math.max(sampleNow, recorder.newest ?? 0),
    source: () => ({ kind: "router", since: recorder.first ?? sampleNow, requests: recorder.seq, processes }),
    readStates: async () => ({
      pools: recorder.pools(),
      arms: recorder.arms(),
      budgets: recorder.budgets(),
      news: recorder.news(),
      unreadable: [],
      ...states,
    }),
  });
  return Object.defineProperty({ ...frames, recorder }, "changes", {
    get: () => recorder.changes,
  }) as SampleDashboard;
}

const finding = (of: string, verdict: string, value: number, bound: number) => ({
  of,
  verdict,
  statistic: "PSI",
  value,
  bound,
  reason: `${of} was 0.41 and is 0.48`,
});

export const fullStates: Partial<FrameStates> = {
  saving: {
    heldOut: 612,
    routed: 11_704,
    units: 3_118,
    savedUsd: { value: 38.42, low: 33.1, high: 43.9 },
    savedShare: { value: 0.541, low: 0.488, high: 0.592 },
    confidence: 0.95,
  },
  promises: [
    {
      name: "support",
      state: "kept",
      maxLoss: 0.02,
      meanLoss: 0.0071,
      upperBound: 0.0148,
      confidence: 0.95,
      records: 1_242,
    },
  ],
  breakers: [],
  rollouts: [rolloutOf(runningRollout)],
  drift: driftOf({
    status: () => ({
      windows: 12,
      requests: 410,
      windowRequests: 1_000,
      findings: [
        finding("score", "steady", 0.031, 0.1),
        finding("language", "drifted", 0.142, 0.1),
        finding("length", "steady", 0.052, 0.1),
      ],
      alarms: [{ of: "language", reason: "Portuguese was 2 % of requests and is 11 %" }],
    }),
  }),
  news: [
    { at: sampleNow - 11 * 60_000, tone: "bad", text: "Drift of language: PSI is 0.142, bound 0.1" },
    { at: sampleNow - 47 * 60_000, tone: "bad", text: "Budget tenant-usd-month has reached a soft limit" },
    {
      at: sampleNow - 3 * 3_600_000,
      tone: "plain",
      text: "Rollout threshold-062: advance, 25.0 % for the candidate",
    },
    { at: sampleNow - 26 * 3_600_000, tone: "good", text: "Promise support: not-enough-evidence → kept" },
  ],
};
