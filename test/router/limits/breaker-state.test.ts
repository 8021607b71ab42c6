import { describe, expect, it } from "vitest";
import { resolveBreakerOptions } from "../../../src/router/limits/breaker-options.ts";
import {
  askBreaker,
  type Breaker,
  type BreakerEvent,
  canSpeak,
  closedBreaker,
  nextBreaker,
} from "../../../src/router/limits/breaker-state.ts";
import { count } from "../../../src/router/limits/sliding-window.ts";

const rules = resolveBreakerOptions({ minCalls: 2, openMs: 1_000 });
const next = (breaker: Breaker, event: BreakerEvent, now: number) => nextBreaker(breaker, event, now, rules);

const entered: BreakerEvent = { type: "entered" };
const freed: BreakerEvent = { type: "freed" };
const succeeded: BreakerEvent = { type: "succeeded" };
const failed: BreakerEvent = { type: "failed", failureClass: "timeout" };

const closed = closedBreaker(rules);
const open = { state: "open", openUntil: 1_000, failureClass: "server", failedTrials: 0 } as const;
const free = { ...open, state: "half-open", trialUntil: undefined } as const;
const onTrial = { ...free, trialUntil: 17_000 } as const;

describe("a breaker goes on", () => {
  it.each<[string, Breaker, BreakerEvent, number, Breaker]>([
    ["closed by a call that begins", closed, entered, 0, closed],
    ["closed by a success", closed, succeeded, 0, closed],
    ["closed by a failure below its minimum volume", closed, failed, 0, closed],
    ["closed by a call without a verdict", closed, freed, 0, closed],
    ["open before its time, whatever begins", open, entered, 999, open],
    ["open by results, since no trial is under way", open, succeeded, 1_000, open],
    ["open by failures, since no trial is under way", open, failed, 1_000, open],
    ["half-open by another call that begins", onTrial, entered, 16_999, onTrial],
    ["half-open and free by results, since no trial is under way", free, succeeded, 1_001, free],
  ])("%s", (_, breaker, event, now, after) => {
    expect(next(breaker, event, now)).toBe(after);
  });
});

describe("a breaker goes", () => {
  it.each<[string, Breaker, BreakerEvent, number, Breaker]>([
    ["from open to half-open by a trial", open, entered, 1_000, onTrial],
    ["from half-open and free to half-open by a trial", free, entered, 1_000, onTrial],
    [
      "from half-open to half-open when its trial was never observed",
      onTrial,
      entered,
      17_000,
      { ...onTrial, trialUntil: 33_000 },
    ],
    ["from half-open to free by a trial without a verdict", onTrial, freed, 1_001, free],
    ["from half-open to closed by a trial that succeeds", onTrial, succeeded, 1_001, closed],
    [
      "from half-open to open, for twice as long, by a trial that fails",
      onTrial,
      failed,
      1_500,
      { state: "open", openUntil: 3_500, failureClass: "timeout", failedTrials: 1 },
    ],
    [
      "from half-open to open, for sixteen times as long at most",
      { ...onTrial, failedTrials: 9 },
      failed,
      1_500,
      { state: "open", openUntil: 17_500, failureClass: "timeout", failedTrials: 10 },
    ],
  ])("%s, and leaves the state before as it was", (_, breaker, event, now, after) => {
    const before = structuredClone(breaker);
    expect(next(breaker, event, now)).toEqual(after);
    expect(breaker).toEqual(before);
  });

  it("from closed to open by the class that is over the ratio, which need not be the last one", () => {
    const { window } = closed;
    for (const one of ["server", "server", "timeout"] as const) count(window, one, 0);
    expect(next(closed, failed, 5)).toEqual({ ...open, openUntil: 1_005 });
  });
});

it.each<[Breaker, number, true | string]>([
  [closed, 0, true],
  [open, 999, "its breaker is open (server failures)"],
  [open, 1_000, true],
  [free, 1_000, true],
  [onTrial, 16_999, "its breaker waits for a trial call"],
  [onTrial, 17_000, true],
  [onTrial, 500, "its breaker is open (server failures)"], // the clock was set back
])("asked in state %j at %d, a breaker says %j", (breaker, now, answer) => {
  expect(askBreaker(breaker, now)).toBe(answer);
});

it.each([
  [closed, 0, true],
  [open, 997, false],
  [open, 998, true],
  [onTrial, 997, false],
  [onTrial, 1_000, true],
] as const)("in state %j a call that began at %d can speak: %s", (breaker, begunAt, can) => {
  expect(canSpeak(breaker, begunAt)).toBe(can);
});
