import { describe, expect, it } from "vitest";
import { startedPlan } from "../../../support/execution/plan-script.ts";

/** A refusal whose server does not say that the request is at fault. */
const open = { otherMayAnswer: true } as const;

describe("a request that one model refuses", () => {
  it.each(["invalid-request", "too-large"] as const)("(%s) is sent to one other model", (kind) => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    expect(plan.fail(1, kind, open)).toEqual(["#2 b fallback"]);
    expect(plan.answer(2)).toEqual(["answer #2"]);
  });

  it("is not retried, whatever the server says about that, nor sent to the same model again", () => {
    const plan = startedPlan({ plan: ["a", "a"], fallbacks: ["b"] });
    expect(plan.fail(1, "invalid-request", { ...open, retryable: true, elsewhere: true })).toEqual([
      "#2 b fallback",
    ]);
  });

  it("goes to the plan's next model first", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
    expect(plan.fail(1, "invalid-request", open)).toEqual(["#2 b@1 fallback"]);
  });

  it("ends with the second refusal, whether that is open or not", () => {
    for (const more of [open, {}]) {
      const plan = startedPlan({ fallbacks: ["b", "c"] });
      plan.fail(1, "invalid-request", open);
      expect(plan.fail(2, "too-large", more)).toEqual(["fail error #2"]);
    }
  });

  it("counts a refusal that comes after other failures", () => {
    const plan = startedPlan({ fallbacks: ["b", "c", "d"] });
    plan.fail(1, "invalid-request", open);
    expect(plan.fail(2, "not-found")).toEqual(["#3 c fallback"]);
    expect(plan.fail(3, "invalid-request", open)).toEqual(["fail error #3"]);
  });

  it("ends at once where it is known to be at fault, where its content was refused, or where fallbacks are off", () => {
    expect(startedPlan({ fallbacks: ["b"] }).fail(1, "invalid-request")).toEqual(["fail error #1"]);
    expect(startedPlan({ fallbacks: ["b"] }).fail(1, "content-filter", open)).toEqual(["fail error #1"]);
    const ofRouter = startedPlan({ plan: ["a", "b"], fallback: false });
    expect(ofRouter.fail(1, "invalid-request", open)).toEqual(["fail error #1"]);
    const ofRequest = startedPlan({ plan: ["a", "b"], ofRequest: false });
    expect(ofRequest.fail(1, "invalid-request", open)).toEqual(["fail error #1"]);
  });

  it("ends with that refusal where no other model is left, may be called, or can be paid for", () => {
    expect(startedPlan({}).fail(1, "invalid-request", open)).toEqual(["fail error #1"]);
    for (const stage of ["constraint", "money"] as const) {
      const plan = startedPlan({ fallbacks: ["b"] });
      plan.fail(1, "invalid-request", open);
      expect(plan.refuse(2, stage)).toEqual(["fail error #1"]);
    }
  });

  it("ends with the failure of the model that followed, where that is another failure", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.fail(1, "invalid-request", open);
    expect(plan.fail(2, "not-found")).toEqual(["fail all-failed #2"]);
  });

  it("waits for the hedge that runs next to it: that is the other model", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    expect(plan.late(1)).toEqual(["#2 b hedge [parallel]"]);
    plan.accept(2);
    expect(plan.fail(1, "invalid-request", open)).toEqual([]);
    expect(plan.fail(2, "invalid-request", open)).toEqual(["fail error #2"]);
  });

  it("gets a degraded answer rather than the refusal", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.answer(1, "degraded");
    expect(plan.fail(2, "invalid-request", open)).toEqual(["answer #1"]);
  });
});
