import { monitorEventLoopDelay } from "node:perf_hooks";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { costOf } from "../../src/cost/cost-of.ts";
import { type Attempt, isRouterError } from "../../src/index.ts";
import { runs } from "../support/runs.ts";
import { type FaultCall, type FaultServer, serveFaults } from "./fault-server.ts";
import { type Observation, price, runSchedule } from "./run-schedule.ts";
import { type Schedule, schedules } from "./schedule.ts";
import { type WireName, wires } from "./wires.ts";

/** Schedules that run side by side. */
const batch = 20;
const slackMs = 50;

let server: FaultServer;
beforeAll(async () => {
  server = await serveFaults();
});
afterAll(() => server.close());

// A rejection that nobody handles fails the run by itself: vitest reports it as an error.
describe.each(Object.keys(wires) as WireName[])("under random faults, %s", (wire) => {
  it(
    "a request ends in time, in one whole answer or one typed error, and its record is true",
    async () => {
      const property = fc.asyncProperty(
        fc.array(schedules, { minLength: batch, maxLength: batch }),
        async (drawn) => {
          const delay = monitorEventLoopDelay({ resolution: 1 });
          delay.enable();
          const observed = await Promise.all(drawn.map((schedule) => runSchedule(server, wire, schedule)));
          delay.disable();
          const longestMs = slackMs + delay.max / 1e6;
          observed.forEach((observation, index) => {
            const schedule = drawn[index] as Schedule;
            endsInOneWay(schedule, observation);
            isWholeOrTyped(schedule, observation);
            isFromOneCall(observation);
            staysPermitted(schedule, observation);
            isPriced(observation);
            isReported(observation);
            if (schedule.deadlineMs !== undefined)
              expect(observation.elapsedMs).toBeLessThanOrEqual(schedule.deadlineMs + longestMs);
          });
        },
      );
      await fc.assert(property, { numRuns: runs(60, 2_000) / batch, endOnFailure: true });
    },
    runs(30_000, 1_200_000),
  );
});

function endsInOneWay({ leaveAfterChunks, mode }: Schedule, { result, error, late }: Observation): void {
  const hasLeft = result === undefined && error === undefined;
  if (hasLeft) expect(leaveAfterChunks).toBeDefined();
  else expect([result, error].filter((way) => way !== undefined)).toHaveLength(1);
  if (mode === "stream") {
    expect(late?.result).toBe(result);
    if (error !== undefined) expect(late?.error).toBe(error);
    if (hasLeft) expect(late?.error).toMatchObject({ name: "AbortError" });
  }
}

function isWholeOrTyped(
  schedule: Schedule,
  { result, error, abortReason, delivered, endpoints }: Observation,
) {
  if (error !== undefined) {
    if (error === abortReason) expect(schedule.abortAfterMs).toBeDefined();
    else expect(isRouterError(error)).toBe(true);
    if (isRouterError(error, "provider") && delivered !== "") expect(error.partialText).toBe(delivered);
  }
  if (result === undefined) return;
  const answer = result.attempts.at(-1) as Attempt<"small" | "large">;
  const served = endpoints[answer.model as "small" | "large"].calls.at(-1) as FaultCall;
  expect(result.text).toBe(served.text);
  expect(answer.error).toBeUndefined();
  expect(answer.finishReason).toBe("stop");
  if (schedule.mode === "stream") expect(delivered).toBe(served.text);
}

function isFromOneCall({ delivered, endpoints }: Observation): void {
  const texts = Object.values(endpoints).flatMap(({ calls }) => calls.map(({ text }) => text));
  if (delivered !== "") expect(texts.filter((text) => text.startsWith(delivered))).toHaveLength(1);
}

function staysPermitted({ largeForbiddenAt }: Schedule, observation: Observation): void {
  expect(observation.endpoints.elsewhere.calls).toHaveLength(0);
  for (const { model, hop } of attemptsOf(observation)) {
    expect(model).not.toBe("elsewhere");
    if (model === "large") expect(hop).not.toBe(largeForbiddenAt);
  }
}

function isPriced(observation: Observation): void {
  const attempts = attemptsOf(observation);
  const sum = attempts.reduce((total, { costUsd = Number.NaN }) => total + costUsd, 0);
  expect(sum).toBeGreaterThanOrEqual(0);
  const { result, endpoints } = observation;
  if (result === undefined) return;
  expect(result.attempts).toEqual(attempts);
  expect(result.costUsd).toBeCloseTo(sum, 12);
  const last = attempts.at(-1) as Attempt;
  const served = endpoints[last.model as "small" | "large"].calls.at(-1) as FaultCall;
  // A stream may lose its last event and be whole: OpenAI tells usage there.
  if (last.usage !== undefined && !last.costEstimated) {
    expect(last.costUsd).toBeCloseTo(costOf(price, served.usage), 12);
  }
}

function isReported(observation: Observation): void {
  const { events, result, endpoints } = observation;
  const of = (type: (typeof events)[number]["type"]) => events.filter((event) => event.type === type);
  const ends = events.flatMap((event) => (event.type === "attempt-ended" ? [event.attempt] : []));
  const starts = events.flatMap((event) =>
    event.type === "attempt-started" ? [`${event.model} ${event.hop}`] : [],
  );
  expect(ends.map(({ model, hop }) => `${model} ${hop}`).sort()).toEqual(starts.sort());
  expect(ends).toEqual(attemptsOf(observation));
  expect(of("request-completed")).toHaveLength(result === undefined ? 0 : 1);
  expect(of("request-failed")).toHaveLength(result === undefined ? 1 : 0);
  expect(events.at(-1)?.type).toMatch(/^request-/);
  for (const { calls } of Object.values(endpoints)) expect(calls.length).toBeLessThanOrEqual(starts.length);
}

/** As the last event tells them: there they are for requests that have failed, too. */
function attemptsOf({ events }: Observation): readonly Attempt[] {
  const last = events.at(-1);
  return last?.type === "request-completed" || last?.type === "request-failed" ? last.attempts : [];
}
