import { describe, expect, it } from "vitest";
import { initialState } from "../../../../src/router/call/plan/index.ts";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

describe("a plan begins", () => {
  it("with its first model", () => {
    const plan = planScript({ plan: ["a", "b"], fallbacks: ["c"] });
    expect(plan.begin()).toEqual(["#1 a@0 answer"]);
    expect(plan.state).toEqual({
      proposed: 1,
      place: 0,
      tried: [],
      setAside: [],
      retries: {},
      open: [{ step: "propose", attemptId: "r/1", model: "a", hop: "answer", place: 0, delayMs: 0 }],
      running: [],
      notHedged: [],
      hedged: false,
      passedOver: {},
      over: false,
    });
  });

  it("once only", () => {
    const plan = planScript({ plan: ["a", "b"] });
    plan.begin();
    const { state } = plan;
    expect(plan.begin()).toEqual([]);
    expect(plan.state).toBe(state);
  });

  it("with its end where it names no model", () => {
    const plan = planScript({ plan: [], fallbacks: ["b"] });
    expect(plan.begin()).toEqual(["fail all-failed"]);
    expect(plan.state.over).toBe(true);
  });

  it("although the deadline has passed: the call itself is bounded by it", () => {
    expect(planScript({ deadlineAt: 10 }).at(20).begin()).toEqual(["#1 a@0 answer"]);
  });
});

describe("a call that is accepted", () => {
  it("is under way from then on, and its model has had its turn", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    expect(plan.accept(1)).toEqual([]);
    expect(plan.state).toMatchObject({
      open: [],
      running: [{ attemptId: "r/1" }],
      tried: ["a"],
      hedged: false,
    });
    expect(plan.state.search).toBeUndefined();
    expect(plan.state.retries).toEqual({});
  });

  it("and brings an answer that no check refuses ends the request", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
    expect(plan.answer(1)).toEqual(["answer #1"]);
    expect(plan.state).toMatchObject({ over: true, open: [], running: [] });
    expect(plan.state.search).toBeUndefined();
  });
});

describe("events that name no call of the plan", () => {
  it.each(["proposed", "under way"])("change nothing while another is %s", (how) => {
    const plan = planScript({ plan: ["a", "b"], fallbacks: ["c"] });
    plan.begin();
    if (how === "under way") plan.accept(1);
    const { state } = plan;
    const steps = [
      plan.accept(7),
      plan.refuse(7, "admission"),
      plan.fail(7, "server"),
      plan.answer(7),
      plan.answer(7, "refused"),
      plan.answer(7, "degraded"),
      plan.content(7),
      plan.late(7),
    ];
    expect(steps.flat()).toEqual([]);
    expect(plan.state).toBe(state);
  });

  it("change nothing before the beginning either", () => {
    const plan = planScript({});
    expect([plan.accept(1), plan.late(1), plan.content(1), plan.answer(1)].flat()).toEqual([]);
    expect(plan.state).toBe(initialState);
  });

  it("change nothing after the end", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
    plan.answer(1);
    const { state } = plan;
    const steps = [
      plan.begin(),
      plan.accept(1),
      plan.refuse(1, "constraint"),
      plan.fail(1, "server"),
      plan.answer(1),
      plan.answer(1, "refused"),
      plan.content(1),
      plan.late(1),
      plan.abort(),
    ];
    expect(steps.flat()).toEqual([]);
    expect(plan.state).toBe(state);
  });

  it("are not taken for news of a call that is only proposed", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    const { state } = plan;
    const failed = { type: "failed", attemptId: "r/1", at: 0, kind: "server", retryable: true } as const;
    const steps = [
      plan.send({ ...failed, holdMs: 0, delivered: false, draw: 0 }),
      plan.send({ type: "answered", attemptId: "r/1", at: 0, verdict: "accepted" }),
      plan.content(1),
      plan.late(1),
    ];
    expect(steps.flat()).toEqual([]);
    expect(plan.state).toBe(state);
  });

  it("are not taken for news of a call that has failed", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    expect(plan.fail(1, "not-found")).toEqual(["#2 b fallback"]);
    const { state } = plan;
    expect([plan.accept(1), plan.fail(1, "server"), plan.answer(1), plan.refuse(1, "limits")].flat()).toEqual(
      [],
    );
    expect(plan.state).toBe(state);
  });
});
