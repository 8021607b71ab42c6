import { describe, expect, it } from "vitest";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

describe("an answer that its check refuses", () => {
  it("is followed by the plan's next model", () => {
    const plan = startedPlan({ plan: ["a", "b", "c"], fallbacks: ["d"] });
    expect(plan.answer(1, "refused")).toEqual(["#2 b@1 cascade"]);
    expect(plan.answer(2, "refused")).toEqual(["#3 c@2 cascade"]);
    expect(plan.answer(3)).toEqual(["answer #3"]);
  });

  it("is followed by a fallback where the plan's next may not be called", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c", "d"] });
    plan.answer(1, "refused");
    expect(plan.refuse(2, "constraint")).toEqual(["#3 c cascade"]);
    expect(plan.refuse(3, "admission")).toEqual(["#4 d cascade"]);
  });

  it("ends the request at the end of the plan, although fallbacks are left", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    expect(plan.answer(1, "refused")).toEqual(["fail all-failed"]);
  });

  it("ends it with the last failure, where there was one", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
    plan.fail(1, "not-found");
    expect(plan.answer(2, "refused")).toEqual(["fail all-failed #1"]);
  });

  it("ends it where no other model may be called", () => {
    const plan = startedPlan({ plan: ["a", "b"] });
    plan.answer(1, "refused");
    expect(plan.refuse(2, "constraint")).toEqual(["fail all-failed"]);
  });

  it("is not returned", () => {
    const plan = startedPlan({ plan: ["a", "b"] });
    plan.answer(1, "refused");
    expect(plan.fail(2, "not-found")).toEqual(["fail all-failed #2"]);
    expect(plan.state.degraded).toBeUndefined();
  });
});

describe("a cascade step", () => {
  it("is retried as a retry, and replaced as a fallback, where it fails", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
    plan.answer(1, "refused");
    expect(plan.fail(2, "server")).toEqual(["#3 b@1 retry [in 50 ms, sparing]"]);
    expect(plan.fail(3, "server")).toEqual(["#4 c fallback"]);
  });

  it("is replaced as a cascade step where it is not called after all", () => {
    for (const stage of ["constraint", "limits"] as const) {
      const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
      plan.answer(1, "refused");
      plan.accept(2);
      expect(plan.refuse(2, stage)).toEqual(["#3 c cascade"]);
    }
  });

  it("may come after a last resort, whose check is asked", () => {
    const plan = planScript({ plan: ["a", "b"] });
    plan.begin();
    plan.refuse(1, "admission");
    plan.refuse(2, "constraint");
    plan.accept(3);
    expect(plan.state.running).toMatchObject([{ model: "a", place: 0, lastResort: true }]);
    expect(plan.answer(3, "refused")).toEqual(["fail all-failed"]);
  });
});
