import { describe, expect, it } from "vitest";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

describe("after a context overflow", () => {
  const windows = { a: 8, b: 4, c: 8, d: 16, e: 32 };

  it("models whose window is no larger are passed over, in the plan and among fallbacks", () => {
    const plan = startedPlan({ plan: ["a", "b", "c", "d"], fallbacks: ["c", "b", "e"], windows });
    expect(plan.fail(1, "context-overflow")).toEqual(["#2 d@3 fallback"]);
    expect(plan.state.outgrown).toBe(8);
    expect(plan.fail(2, "context-overflow")).toEqual(["#3 e fallback"]);
    expect(plan.state.outgrown).toBe(16);
  });

  it("a window that is not known counts as none", () => {
    const plan = startedPlan({ plan: ["a", "x"], fallbacks: ["toString"], windows });
    expect(plan.fail(1, "context-overflow")).toEqual(["fail all-failed #1"]);
  });

  it("of a model whose window is not known, any that is known is larger", () => {
    const plan = startedPlan({ plan: ["x"], fallbacks: ["y", "b"], windows });
    expect(plan.fail(1, "context-overflow")).toEqual(["#2 b fallback"]);
    expect(plan.state.outgrown).toBe(0);
  });

  it("a smaller window that overflows later makes nothing of the larger one", () => {
    const plan = startedPlan({ plan: ["d"], fallbacks: ["b", "c", "e"], windows });
    plan.late(1);
    plan.accept(2);
    plan.fail(1, "context-overflow");
    expect(plan.state.outgrown).toBe(16);
    expect(plan.fail(2, "context-overflow")).toEqual(["#3 e fallback"]);
    expect(plan.state.outgrown).toBe(16);
  });

  it("places of the plan that were left out are behind us", () => {
    const plan = planScript({ plan: ["e", "a", "b"], fallbacks: ["d"], windows });
    plan.begin();
    plan.refuse(1, "admission");
    expect(plan.fail(2, "context-overflow")).toEqual(["#3 d fallback"]);
    expect(plan.state.place).toBe(2);
    expect(plan.fail(3, "not-found")).toEqual(["#4 e@0 fallback [last resort]"]);
    expect(plan.answer(4, "refused")).toEqual(["fail all-failed #3"]);
  });

  it("a model that was set aside is called only if its window is larger", () => {
    const small = planScript({ plan: ["b"], fallbacks: ["a"], windows });
    small.begin();
    small.refuse(1, "admission");
    expect(small.fail(2, "context-overflow")).toEqual(["fail all-failed #2"]);
    const large = planScript({ plan: ["d"], fallbacks: ["a"], windows });
    large.begin();
    large.refuse(1, "admission");
    expect(large.fail(2, "context-overflow")).toEqual(["#3 d@0 fallback [last resort]"]);
  });

  it("of a hedge, the call that it was to help is not retried unless its window is larger", () => {
    for (const [model, steps] of [
      ["a", ["fail all-failed #1"]],
      ["d", ["#3 d@0 retry [in 50 ms]"]],
    ] as const) {
      const plan = startedPlan({ plan: [model], fallbacks: ["c"], windows });
      plan.late(1);
      plan.fail(2, "context-overflow");
      expect(plan.fail(1, "server")).toEqual(steps);
    }
  });

  it("a hedge needs a larger window, too", () => {
    const plan = startedPlan({ plan: ["a"], fallbacks: ["d", "c", "e"], windows });
    expect(plan.fail(1, "context-overflow")).toEqual(["#2 d fallback"]);
    plan.accept(2);
    expect(plan.late(2)).toEqual(["#3 e hedge [parallel]"]);
  });

  it("other failures say nothing of windows", () => {
    const plan = startedPlan({ plan: ["d"], fallbacks: ["a"], windows });
    expect(plan.fail(1, "not-found")).toEqual(["#2 a fallback"]);
    expect(plan.state.outgrown).toBeUndefined();
  });
});
