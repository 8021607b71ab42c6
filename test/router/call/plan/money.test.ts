import { describe, expect, it } from "vitest";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

describe("money that is not enough", () => {
  it("for the plan's first model ends the request: no cheaper one was decided on", () => {
    const plan = planScript({ plan: ["a", "b"], fallbacks: ["c"] });
    plan.begin();
    expect(plan.refuse(1, "money")).toEqual(["fail money #1"]);
  });

  it("for the next model is spent on one that it is enough for", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    plan.fail(1, "not-found");
    expect(plan.refuse(2, "money")).toEqual(["#3 c fallback"]);
  });

  it("for any ends the request, and the first that was too expensive is named", () => {
    const plan = startedPlan({ fallbacks: ["b", "c", "d"] });
    plan.fail(1, "not-found");
    plan.refuse(2, "constraint");
    plan.refuse(3, "money");
    expect(plan.refuse(4, "money")).toEqual(["fail money #3"]);
  });

  it("is named before a failure and before want of room", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.refuse(1, "limits");
    expect(plan.refuse(2, "money")).toEqual(["fail money #2"]);
  });

  it("is forgotten once another model was called", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    plan.fail(1, "not-found");
    plan.refuse(2, "money");
    plan.fail(3, "not-found");
    expect(plan.refuse(4, "constraint")).toEqual(["fail all-failed #3"]);
  });

  it("for a retry is tried on other models, and then on the retry again", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.fail(1, "server");
    plan.refuse(2, "money");
    plan.refuse(3, "constraint");
    expect(plan.refuse(4, "money")).toEqual(["fail money #4"]);
  });

  it("for the next model is named before the retry that cannot be paid for either", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.fail(1, "server");
    plan.refuse(2, "money");
    plan.refuse(3, "money");
    expect(plan.refuse(4, "money")).toEqual(["fail money #3"]);
  });

  it("for the next step of a cascade ends the request where no other is left", () => {
    const plan = startedPlan({ plan: ["a", "b"] });
    plan.answer(1, "refused");
    expect(plan.refuse(2, "money")).toEqual(["fail money #2"]);
  });
});
