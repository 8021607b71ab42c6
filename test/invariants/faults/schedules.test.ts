import "../../support/load-parts.ts";
import { monitorEventLoopDelay } from "node:perf_hooks";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Attempt, isRouterError, type Usage } from "../../../src/index.ts";
import { costOf } from "../../../src/router/cost/cost-of.ts";
import { type FaultCall, type FaultServer, serveFaults } from "../../support/faults/fault-server.ts";
import { type Observation, price, runSchedule } from "../../support/faults/run-schedule.ts";
import { type Schedule, schedules } from "../../support/faults/schedule.ts";
import { requestFaults } from "../../support/platforms/wires.ts";
import { runs } from "../../support/runs.ts";
import { type AnyWireName, allWires } from "../../support/wires.ts";

/** Number of concurrent schedules. */
const batch = 10;
const slackMs = 50;

let server: FaultServer;
beforeAll(async () => {
  server = await serveFaults();
});
afterAll(() => server.close());

// An unhandled rejection fails the run by itself: vitest reports it as an error.
describe.each(Object.keys(allWires) as AnyWireName[])("under random faults, %s", (wire) => {
  it(
    "a request ends in time, in one whole answer or one typed error, and its record is true",
    async () => {
      const delay = monitorEventLoopDelay({ resolution: 1 });
      let longestOverrun = { ms: 0, run: "" };
      const property = fc.asyncProperty(
        fc.array(schedules, { minLength: batch, maxLength: batch }),
        async (drawn) => {
          const observed = await Promise.all(drawn.map((schedule) => runSchedule(server, wire, schedule)));
          observed.forEach((observation, index) => {
            const schedule = drawn[index] as Schedule;
            const { deadlineMs = Number.POSITIVE_INFINITY, abortAfterMs = Number.POSITIVE_INFINITY } =
              schedule;
            // An abort ends everything at once, like the deadline.
            const ms = observation.elapsedMs - Math.min(deadlineMs, abortAfterMs);
            if (ms > longestOverrun.ms) longestOverrun = { ms, run: describeRun(schedule, observation) };
            try {
              endsInOneWay(schedule, observation);
              isWholeOrTyped(schedule, observation);
              isFromOneCall(observation);
              staysPermitted(schedule, observation);
              isPriced(observation);
              isReported(observation);
            } catch (cause) {
              throw new Error(describeRun(schedule, observation), { cause });
            }
          });
        },
      );
      delay.enable();
      // The delay is measured from its first tick to its last.
      await ticks();
      await fc.assert(property, { numRuns: runs(30, 2_000) / batch, endOnFailure: true });
      await ticks();
      delay.disable();
      const mostMs = slackMs + delay.max / 1e6;
      expect(longestOverrun.ms, longestOverrun.run).toBeLessThanOrEqual(mostMs);
    },
    runs(30_000, 1_200_000),
  );
});

it("platforms found no request without its token or signature", () => {
  expect(requestFaults()).toEqual([]);
});

const ticks = () => new Promise((resolve) => setTimeout(resolve, 5));

function endsInOneWay(
  { leaveAfterChunks, mode }: Schedule,
  { result, error, late, abortReason }: Observation,
): void {
  const hasLeft = result === undefined && error === undefined;
  if (hasLeft) expect(leaveAfterChunks).toBeDefined();
  else expect([result, error].filter((way) => way !== undefined)).toHaveLength(1);
  if (mode === "stream") {
    expect(late?.result).toBe(result);
    if (error !== undefined) expect(late?.error).toBe(error);
    // Before the consumer left, an abort or the deadline may have come between two reads.
    const cameFirst = late?.error === abortReason || isRouterError(late?.error, "deadline-exceeded");
    if (hasLeft && !cameFirst) expect(late?.error).toMatchObject({ name: "AbortError" });
  }
}

function isWholeOrTyped(
  schedule: Schedule,
  { result, error, abortReason, delivered, endpoints }: Observation,
) {
  if (error !== undefined) {
    if (error === abortReason) expect(schedule.abortAfterMs).toBeDefined();
    else expect(isRouterError(error)).toBe(true);
    const carriesText = isRouterError(error, "provider") || isRouterError(error, "deadline-exceeded");
    if (carriesText && delivered !== "") expect(error.partialText).toBe(delivered);
  }
  if (result === undefined) return;
  const answers = result.attempts.filter((attempt) => attempt.error === undefined);
  expect(answers).toHaveLength(1);
  const answer = answers[0] as Attempt;
  expect(servedBy(answer, endpoints).map(({ text }) => text)).toContain(result.text);
  expect(answer.finishReason).toBe("stop");
  if (schedule.mode === "stream") expect(delivered).toBe(result.text);
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
  const { result, endpoints } = observation;
  const answer = attempts.find(({ error }) => error === undefined);
  expect(sum).toBeGreaterThanOrEqual(0);
  if (result === undefined || answer === undefined) return;
  expect(result.attempts).toEqual(attempts);
  expect(result.costUsd).toBeCloseTo(sum, 12);
  // A complete answer whose usage was lost costs its estimated tokens.
  if (answer.costEstimated) return;
  const served = servedBy(answer, endpoints).find(({ text }) => text === result.text);
  expect(answer.costUsd).toBeCloseTo(costOf(price, served?.usage as Usage) as number, 12);
}

function servedBy({ model }: Attempt, endpoints: Observation["endpoints"]): readonly FaultCall[] {
  return endpoints[model as keyof typeof endpoints].calls;
}

function isReported(observation: Observation): void {
  const { events, result, endpoints } = observation;
  const of = (type: (typeof events)[number]["type"]) => events.filter((event) => event.type === type);
  const ends = events.flatMap((event) => (event.type === "attempt-ended" ? [event.attempt] : []));
  const starts = events.flatMap((event) =>
    event.type === "attempt-started" ? [`${event.model} ${event.hop}`] : [],
  );
  expect(ends.map(({ model, hop }) => `${model} ${hop}`).sort()).toEqual(starts.sort());
  expect(ends).toHaveLength(attemptsOf(observation).length);
  // Either of two concurrent attempts may end first.
  expect(new Set(ends.map((end) => withNextOf(end, observation)))).toEqual(new Set(attemptsOf(observation)));
  expect(of("request-completed")).toHaveLength(result === undefined ? 0 : 1);
  expect(of("request-failed")).toHaveLength(result === undefined ? 1 : 0);
  expect(events.at(-1)?.type).toMatch(/^request-/);
  for (const { calls } of Object.values(endpoints)) expect(calls.length).toBeLessThanOrEqual(starts.length);
}

/** Returns what was told when an attempt ended, with the next step that came: after a wait, another one may. */
function withNextOf(end: Attempt, observation: Observation): Attempt {
  const recorded = attemptsOf(observation).find(({ id }) => id === end.id);
  // A step that came was told; one that was told is missing only where the request ended before it.
  if (recorded === undefined || end.next === undefined) return end;
  if (recorded.next === undefined && observation.result !== undefined) return end;
  const { next: _, ...rest } = end;
  return recorded.next === undefined ? rest : { ...rest, next: recorded.next };
}

/** Describes one request of a batch. */
function describeRun(schedule: Schedule, observation: Observation): string {
  const attempts = attemptsOf(observation).map(
    ({ model, hop, startedAt, latencyMs, error }) =>
      `${startedAt} ${model} ${hop} ${latencyMs} ms ${error?.message ?? "answered"}`,
  );
  const calls = Object.entries(observation.endpoints).map(([id, one]) => `${id}: ${one.calls.length} calls`);
  return [JSON.stringify(schedule), ...attempts, ...calls, `${observation.elapsedMs} ms`].join("\n");
}

/** Returns the attempts from the last event, which has them for failed requests, too. */
function attemptsOf({ events }: Observation): readonly Attempt[] {
  const last = events.at(-1);
  return last?.type === "request-completed" || last?.type === "request-failed" ? last.attempts : [];
}
