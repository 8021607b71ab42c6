import fc from "fast-check";
import { expect, it } from "vitest";
import {
  initialState,
  next,
  type PlanEvent,
  type PlanInput,
  type PlanState,
} from "../../../../src/router/call/plan/index.ts";
import { deepFreeze } from "../../../../src/testing/deep-freeze.ts";
import { throughJson } from "../../../support/execution/print-run.ts";
import { runs } from "../../../support/runs.ts";

const models = fc.constantFrom("a", "b", "c", "", "constructor", "__proto__");
const time = fc.integer({ min: 0, max: 200 });
/** Most attempts are there at some time; some never are. */
const attemptId = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 6 }).map((count) => `r/${count}`) },
  { weight: 1, arbitrary: fc.constantFrom("r/99", "", "other/1", "__proto__") },
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const inputs: fc.Arbitrary<PlanInput> = fc.record({
  requestId: fc.constant("r"),
  plan: fc.array(fc.record({ model: models, check: maybe(fc.constant("good")) }), { maxLength: 3 }),
  fallbacks: fc.array(models, { maxLength: 4 }),
  deadlineAt: maybe(time),
  rules: fc.record({
    retries: fc.integer({ min: 0, max: 2 }),
    fallback: fc.boolean(),
    backoffBaseMs: time,
    backoffCapMs: time,
    retryAfterCapMs: time,
    windows: fc.dictionary(models, maybe(fc.nat(20))),
    endpoints: maybe(fc.dictionary(models, fc.constantFrom("x", "y"))),
  }),
});

const events: fc.Arbitrary<PlanEvent> = fc.oneof(
  fc.record({ type: fc.constant("begin"), at: time }),
  { weight: 3, arbitrary: fc.record({ type: fc.constant("accepted"), attemptId, at: time }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("refused"),
      attemptId,
      at: time,
      stage: fc.constantFrom("constraint", "money", "admission", "token", "limits"),
      reason: fc.constant("not now"),
      waitMs: maybe(time),
      rate: maybe(fc.boolean()),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("failed"),
      attemptId,
      at: time,
      kind: fc.constantFrom(
        "server",
        "rate-limit",
        "context-overflow",
        "not-found",
        "content-filter",
        undefined,
      ),
      retryable: fc.boolean(),
      retryAfterMs: maybe(time),
      holdMs: time,
      delivered: fc.boolean(),
      draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    }),
  },
  fc.record({
    type: fc.constant("answered"),
    attemptId,
    at: time,
    verdict: fc.constantFrom("accepted", "refused", "degraded"),
  }),
  fc.record({ type: fc.constantFrom("first-content", "late"), attemptId, at: time }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant("late"), attemptId, at: time }) },
);
const aborts: fc.Arbitrary<PlanEvent> = fc.record({ type: fc.constant("aborted"), at: time });
const anyEvents = fc.array(fc.oneof({ weight: 30, arbitrary: events }, { weight: 1, arbitrary: aborts }), {
  maxLength: 40,
});

it("events in any order, of any attempt, neither break a plan nor wake it after its end", () => {
  fc.assert(
    fc.property(inputs, anyEvents, fc.boolean(), (input, sequence, begins) => {
      deepFreeze(input);
      let state: PlanState = deepFreeze(initialState);
      const named = new Set<string>();
      for (const event of begins ? [{ type: "begin", at: 0 } as const, ...sequence] : sequence) {
        const moved = deepFreeze(next(input, state, deepFreeze(event)));
        if (state.over) expect(moved).toEqual({ state, steps: [] });
        for (const step of moved.steps) {
          if (step.step === "propose") {
            expect(named).not.toContain(step.attemptId);
            named.add(step.attemptId);
            expect(step.delayMs).toBeGreaterThanOrEqual(0);
          }
          if (step.step === "answer" || step.step === "fail") expect(moved.state.over).toBe(true);
        }
        expect(moved.steps.filter(({ step }) => step === "propose").length).toBeLessThanOrEqual(1);
        expect(throughJson(moved.state)).toEqual(moved.state);
        expect(throughJson(moved.steps)).toEqual(moved.steps);
        state = moved.state;
      }
    }),
    { numRuns: runs(500, 20_000) },
  );
});
