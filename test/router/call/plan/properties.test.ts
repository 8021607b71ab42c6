import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { next, type PlanInput, type Proposal } from "../../../../src/router/call/plan/index.ts";
import {
  type Moved,
  mostEvents,
  type PlanWorld,
  planWorlds,
  runWorld,
} from "../../../support/execution/plan-world.ts";
import { throughJson } from "../../../support/execution/print-run.ts";
import { runs } from "../../../support/runs.ts";

/** Checks what holds for every run in a world that keeps the rules of the shell. */
function always(check: (run: readonly Moved[], world: PlanWorld) => void) {
  fc.assert(
    fc.property(planWorlds, (world) => {
      check(runWorld(world, mostEvents(world.input) + 1), world);
    }),
    { numRuns: runs(300, 10_000) },
  );
}

interface Proposed {
  readonly proposal: Proposal;
  readonly moved: Moved;
}

function proposalsOf(run: readonly Moved[]): Proposed[] {
  return run.flatMap((moved) =>
    moved.steps.flatMap((proposal) => (proposal.step === "propose" ? [{ proposal, moved }] : [])),
  );
}

/** Calls that were made: accepted, and not refused after a wait. */
function callsOf(run: readonly Moved[]): Proposal[] {
  const made = new Map<string, Proposal>();
  for (const { event, before } of run) {
    if (event.type === "accepted")
      for (const call of before.open) if (call.attemptId === event.attemptId) made.set(call.attemptId, call);
    if (event.type === "refused") made.delete(event.attemptId);
  }
  return [...made.values()];
}

const windowOf = ({ rules }: PlanInput, model: string): number => rules.windows[model] ?? 0;

/** The end of the request. */
function endOf(run: readonly Moved[]) {
  return run.at(-1)?.steps.at(-1);
}

describe("whatever happens", () => {
  it("a run ends, within a bound that follows from its input", () => {
    always((run, { input }) => {
      expect(run.at(-1)?.after.over).toBe(true);
      expect(run.length).toBeLessThanOrEqual(mostEvents(input));
    });
  });

  it("it ends once, by its last step, and leaves nothing open", () => {
    always((run) => {
      const ends = run
        .flatMap(({ steps }) => steps)
        .filter(({ step }) => step === "answer" || step === "fail");
      expect(ends).toEqual([endOf(run)]);
      expect(run.at(-1)?.after).toMatchObject({ open: [], running: [] });
    });
  });

  it("nothing follows the end, whatever is reported then", () => {
    always((run, { input }) => {
      const state = run.at(-1)?.after;
      if (state === undefined) throw new Error("nothing has happened");
      for (const { event } of run) expect(next(input, state, event)).toEqual({ state, steps: [] });
    });
  });

  it("one call waits for an answer at a time, and a hedge next to it", () => {
    always((run) => {
      for (const { after } of run) {
        expect(after.open.filter(({ beside }) => beside !== true).length).toBeLessThanOrEqual(1);
        expect(after.open.filter(({ beside }) => beside).length).toBeLessThanOrEqual(1);
        expect(after.running.length).toBeLessThanOrEqual(2);
        expect(after.running.filter(({ beside }) => beside !== true).length).toBeLessThanOrEqual(1);
      }
    });
  });

  it("attempts are numbered in order of their proposals, so that no two share a name", () => {
    always((run) => {
      const named = proposalsOf(run).map(({ proposal }) => proposal.attemptId);
      expect(named).toEqual(named.map((_, index) => `r/${index + 1}`));
    });
  });

  it("a model is called once, and again as often as retries says", () => {
    always((run, { input }) => {
      const calls = callsOf(run);
      for (const { model } of calls) {
        // A hedge may go to another member of a pool.
        const own = calls.filter((one) => one.model === model && one.hop !== "hedge");
        expect(own.length).toBeLessThanOrEqual(1 + input.rules.retries);
      }
    });
  });

  it("a retry is one of the call that failed last, after a wait that its error and the rules allow", () => {
    always((run, { input }) => {
      for (const { proposal, moved } of proposalsOf(run)) {
        const { model, hop, place, delayMs } = proposal;
        if (hop !== "retry") {
          expect(delayMs).toBe(0);
          continue;
        }
        const { backoffCapMs, retryAfterCapMs } = input.rules;
        expect(delayMs).toBeLessThanOrEqual(Math.max(backoffCapMs, retryAfterCapMs));
        expect(moved.after.tried).toContain(model);
        if (place !== undefined) expect(input.plan[place]?.model).toBe(model);
        const { event } = moved;
        if (event.type === "failed") {
          expect(event.retryable).toBe(true);
          expect(delayMs).toBeGreaterThanOrEqual(Math.max(event.retryAfterMs ?? 0, event.holdMs));
          expect(event.at + delayMs).toBeLessThan(input.deadlineAt ?? Number.POSITIVE_INFINITY);
        }
      }
    });
  });

  it("the budget of hedges is charged once, and one hedge is made at most", () => {
    always((run) => {
      const charged = run.filter(
        ({ event, before }) =>
          (event.type === "accepted" || (event.type === "refused" && event.stage === "limits")) &&
          before.open.some((one) => one.attemptId === event.attemptId && one.hop === "hedge" && !one.paid),
      );
      expect(charged.length).toBeLessThanOrEqual(1);
      expect(callsOf(run).filter(({ hop }) => hop === "hedge").length).toBeLessThanOrEqual(1);
    });
  });

  it("the budget of retries is charged for each retry that is made, and never twice for one", () => {
    always((run, { input }) => {
      const accepted = run.flatMap(({ event, before }) =>
        event.type === "accepted" ? before.open.filter(({ attemptId }) => attemptId === event.attemptId) : [],
      );
      const retries = accepted.filter(({ hop }) => hop === "retry");
      for (const { model } of retries) {
        const charged = retries.filter((one) => one.model === model && one.paid !== true);
        expect(charged.length).toBeLessThanOrEqual(input.rules.retries);
        expect(run.at(-1)?.after.retries[model]).toBe(charged.length);
      }
    });
  });

  it("after a context overflow only models with a larger window are called", () => {
    always((run, { input }) => {
      let outgrown = -1;
      for (const { event, steps, before } of run) {
        if (event.type === "failed" && event.kind === "context-overflow") {
          const model = before.running.find(({ attemptId }) => attemptId === event.attemptId)?.model;
          outgrown = Math.max(outgrown, event.contextWindow ?? windowOf(input, String(model)));
        }
        // Another member of a pool may have a larger window than the one that refused.
        for (const step of steps)
          if (step.step === "propose" && !(event.type === "failed" && event.elsewhere))
            expect(windowOf(input, step.model)).toBeGreaterThan(outgrown);
      }
    });
  });

  it("of two models that refuse the request the second ends it, and none is asked what a filter refused", () => {
    always((run, { input }) => {
      let refused: string | undefined;
      for (const { event, steps, before, after } of run) {
        if (event.type !== "failed") continue;
        const isOpen =
          (event.kind === "invalid-request" || event.kind === "too-large") && event.otherMayAnswer;
        const isEnd =
          event.kind === "content-filter" || event.kind === "invalid-request" || event.kind === "too-large";
        if (!isEnd || before.running.length > 1) {
          if (isOpen) refused ??= event.attemptId;
          continue;
        }
        const mayFollow = isOpen && refused === undefined && input.rules.fallback && input.fallback !== false;
        if (isOpen) refused ??= event.attemptId;
        for (const step of steps) {
          if (step.step !== "propose") continue;
          expect(mayFollow).toBe(true);
          expect(step.hop).toBe("fallback");
          expect(step.model).not.toBe(before.running[0]?.model);
        }
        if (!mayFollow) expect(after.over).toBe(true);
      }
    });
  });

  it("no call is proposed after the deadline, and only then it ends the request", () => {
    always((run, { input: { deadlineAt = Number.POSITIVE_INFINITY } }) => {
      for (const { event, steps } of run) {
        for (const step of steps) {
          if (step.step === "propose") expect(event.at).toBeLessThan(deadlineAt);
          if (step.step === "fail" && step.because === "deadline")
            expect(event.at).toBeGreaterThanOrEqual(deadlineAt);
        }
      }
    });
  });

  it("the plan comes in its order, then the fallbacks in theirs", () => {
    always((run, { input }) => {
      const { plan, fallbacks } = input;
      let place = -1;
      for (const { proposal, moved } of proposalsOf(run)) {
        if (proposal.lastResort || proposal.hop === "retry" || proposal.hop === "hedge") continue;
        if (proposal.place !== undefined) {
          expect(proposal.place).toBeGreaterThan(place);
          expect(proposal.model).toBe(plan[proposal.place]?.model);
          place = proposal.place;
          continue;
        }
        const { tried, search, outgrown = -1 } = moved.after;
        expect(moved.after.place).toBe(plan.length - 1);
        expect(tried).not.toContain(proposal.model);
        for (const earlier of fallbacks.slice(0, fallbacks.indexOf(proposal.model)))
          expect(
            tried.includes(earlier) ||
              search?.refused.includes(earlier) ||
              windowOf(input, earlier) <= outgrown,
          ).toBe(true);
      }
    });
  });

  it("a last resort comes when no other is left, from those set aside", () => {
    always((run, { input }) => {
      for (const { proposal, moved } of proposalsOf(run)) {
        if (!proposal.lastResort || proposal.hop === "answer" || proposal.hop === "retry") continue;
        const { setAside, search, outgrown = -1, place } = moved.after;
        expect(place).toBe(input.plan.length - 1);
        const free = setAside.filter(
          ({ model, hop }) =>
            !search?.refused.includes(model) &&
            windowOf(input, model) > outgrown &&
            (input.rules.fallback || hop !== "hedge"),
        );
        const first = Math.min(...free.map(({ readyAt }) => readyAt));
        expect(free.find(({ readyAt }) => readyAt === first)?.model).toBe(proposal.model);
      }
    });
  });

  it("models outside the plan are called only as fallbacks, where those are on, or as hedges", () => {
    always((run, { input }) => {
      const planned = new Set(input.plan.map(({ model }) => model));
      const hedges = new Set<string>();
      for (const { proposal } of proposalsOf(run)) {
        if (proposal.hop === "hedge") hedges.add(proposal.model);
        if (planned.has(proposal.model)) continue;
        expect(input.fallbacks).toContain(proposal.model);
        if (input.rules.fallback || proposal.hop === "hedge") continue;
        expect(proposal.hop === "retry" && hedges.has(proposal.model)).toBe(true);
      }
    });
  });

  it("the answer is one that was accepted, else the last degraded one, which comes before any error", () => {
    always((run) => {
      const end = endOf(run);
      const answers = run.flatMap(({ event }) => (event.type === "answered" ? [event] : []));
      const isDegraded = answers.some(({ verdict }) => verdict === "degraded");
      if (end?.step === "fail") {
        expect(isDegraded && end.because !== "aborted").toBe(false);
        return;
      }
      const chosen = answers.find(({ attemptId }) => attemptId === end?.attemptId);
      if (chosen?.verdict === "accepted") return;
      // Of those that no check accepted the last one stands, since the first degraded one.
      expect(isDegraded).toBe(true);
      expect(chosen).toBe(answers.at(-1));
    });
  });

  it("calls under way are given up when another one stands, and only then", () => {
    always((run) => {
      for (const { steps, before, after, event } of run) {
        const abandoned = steps.flatMap((step) => (step.step === "abandon" ? [step.attemptId] : []));
        const isOwn = (id: string) => "attemptId" in event && event.attemptId === id;
        const gone = before.running
          .map(({ attemptId }) => attemptId)
          .filter((id) => !isOwn(id) && !after.running.some(({ attemptId }) => attemptId === id));
        expect(abandoned).toEqual(gone);
      }
    });
  });

  it("input, state, events and steps are plain JSON: a run goes on from what was stored", () => {
    always((run, { input }) => {
      for (const { event, before, after, steps } of run) {
        expect(throughJson(after)).toEqual(after);
        expect(throughJson(steps)).toEqual(steps);
        const resumed = next(throughJson(input), throughJson(before), throughJson(event));
        expect(isDeepStrictEqual(throughJson(resumed), throughJson({ state: after, steps }))).toBe(true);
      }
    });
  });
});
