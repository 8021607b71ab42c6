import { describe, expect, it } from "vitest";
import { startedPlan } from "../../../support/execution/plan-script.ts";

describe("a degraded answer", () => {
  it("is followed by the next model, never by the same one", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["a", "c"] });
    expect(plan.answer(1, "degraded")).toEqual(["#2 b@1 fallback"]);
    expect(plan.state.search).toEqual({ hop: "fallback", cause: "verdict", refused: [] });
    expect(plan.answer(2, "degraded")).toEqual(["#3 c fallback"]);
    expect(plan.answer(3)).toEqual(["answer #3"]);
  });

  it("is returned where no other model is left", () => {
    expect(startedPlan({}).answer(1, "degraded")).toEqual(["answer #1"]);
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.answer(1, "degraded");
    expect(plan.refuse(2, "constraint")).toEqual(["answer #1"]);
  });

  it("is returned where all others fail, and the last one where there are several", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    plan.answer(1, "degraded");
    plan.answer(2, "degraded");
    expect(plan.fail(3, "not-found")).toEqual(["answer #2"]);
    expect(plan.state.over).toBe(true);
  });

  it.each([
    ["an error of the request", "content-filter"],
    ["an error that is not a model's", undefined],
  ] as const)("is returned rather than %s", (_, kind) => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    plan.answer(1, "degraded");
    expect(plan.fail(2, kind)).toEqual(["answer #1"]);
  });

  it("is returned rather than a want of money or room", () => {
    for (const stage of ["money", "limits"] as const) {
      const plan = startedPlan({ fallbacks: ["b"] });
      plan.answer(1, "degraded");
      if (stage === "limits") plan.accept(2);
      expect(plan.refuse(2, stage)).toEqual(["answer #1"]);
    }
  });

  it("is returned when the deadline has passed", () => {
    expect(
      startedPlan({ fallbacks: ["b"], deadlineAt: 10 })
        .at(10)
        .answer(1, "degraded"),
    ).toEqual(["answer #1"]);
    const plan = startedPlan({ fallbacks: ["b"], deadlineAt: 10 });
    plan.answer(1, "degraded");
    expect(plan.at(10).fail(2, "server")).toEqual(["answer #1"]);
  });

  it("is followed by one that only the plan's check refused", () => {
    const plan = startedPlan({ plan: ["a", "b", "c"] });
    plan.answer(1, "degraded");
    expect(plan.answer(2, "refused")).toEqual(["#3 c@2 cascade"]);
    expect(plan.fail(3, "not-found")).toEqual(["answer #2"]);
  });

  it("comes after one that only the plan's check refused, and is returned anyway", () => {
    const plan = startedPlan({ plan: ["a", "b"] });
    plan.answer(1, "refused");
    expect(plan.answer(2, "degraded")).toEqual(["answer #2"]);
  });

  it("is not returned after an abort", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.answer(1, "degraded");
    plan.accept(2);
    expect(plan.abort()).toEqual(["abandon #2", "fail aborted"]);
  });
});
