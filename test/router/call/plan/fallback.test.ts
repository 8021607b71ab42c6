import { describe, expect, it } from "vitest";
import type { ProviderErrorKind } from "../../../../src/contracts/index.ts";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

describe("after a failure the next model is called", () => {
  it("first the plan's others in order, then the fallbacks in order", () => {
    const plan = startedPlan({ plan: ["a", "b", "c"], fallbacks: ["d", "e"] });
    expect(plan.fail(1, "not-found")).toEqual(["#2 b@1 fallback"]);
    expect(plan.fail(2, "not-found")).toEqual(["#3 c@2 fallback"]);
    expect(plan.fail(3, "not-found")).toEqual(["#4 d fallback"]);
    expect(plan.fail(4, "not-found")).toEqual(["#5 e fallback"]);
    expect(plan.fail(5, "not-found")).toEqual(["fail all-failed #5"]);
    expect(plan.state.tried).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("only within the plan where fallbacks are off", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"], fallback: false });
    expect(plan.fail(1, "not-found")).toEqual(["#2 b@1 fallback"]);
    expect(plan.fail(2, "not-found")).toEqual(["fail all-failed #2"]);
  });

  it("no fallback twice, and none that the plan has called", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["b", "a", "c"] });
    plan.fail(1, "not-found");
    expect(plan.fail(2, "not-found")).toEqual(["#3 c fallback"]);
    expect(plan.fail(3, "not-found")).toEqual(["fail all-failed #3"]);
  });

  it("twice where the plan names it twice", () => {
    const plan = startedPlan({ plan: ["a", "a"] });
    expect(plan.fail(1, "not-found")).toEqual(["#2 a@1 fallback"]);
    plan.accept(2);
    expect(plan.state.tried).toEqual(["a"]);
  });
});

describe("of two models with one endpoint, after a failure of it", () => {
  const endpoints = { low: "large", high: "large", small: "small" };

  it("the other one does not follow, whatever the order", () => {
    const plan = startedPlan({ plan: ["low"], fallbacks: ["high", "b"], endpoints });
    expect(plan.fail(1, "not-found")).toEqual(["#2 b fallback"]);
    expect(plan.fail(2, "not-found")).toEqual(["fail all-failed #2"]);
    const later = startedPlan({ plan: ["a"], fallbacks: ["low", "high", "b"], endpoints });
    expect(later.fail(1, "not-found")).toEqual(["#2 low fallback"]);
    expect(later.fail(2, "not-found")).toEqual(["#3 b fallback"]);
  });

  it("the other one is left out of plan, last resorts and hedges", () => {
    const plan = startedPlan({ plan: ["low", "high"], endpoints });
    expect(plan.fail(1, "not-found")).toEqual(["fail all-failed #1"]);
    const aside = startedPlan({ plan: ["a"], fallbacks: ["low", "high"], endpoints });
    aside.fail(1, "not-found");
    aside.refuse(2, "admission", { waitMs: 10 });
    expect(aside.refuse(3, "admission", { waitMs: 20 })).toEqual(["#4 low fallback [last resort]"]);
    expect(aside.fail(4, "not-found")).toEqual(["fail all-failed #4"]);
    const late = startedPlan({ plan: ["low"], fallbacks: ["high", "b"], endpoints });
    expect(late.late(1)).toEqual(["#2 b hedge [parallel]"]);
  });

  it("the one that failed comes back itself, as a model with an endpoint of its own does", () => {
    for (const shared of [undefined, endpoints]) {
      const held = startedPlan({ plan: ["low"], endpoints: shared });
      expect(held.fail(1, "server")).toEqual(["#2 low@0 retry [in 50 ms]"]);
      held.accept(2);
      expect(held.refuse(2, "limits", { rate: true, waitMs: 10 })).toEqual([
        "#3 low@0 retry [last resort, paid]",
      ]);
      const twice = startedPlan({ plan: ["low", "low"], endpoints: shared });
      expect(twice.fail(1, "not-found")).toEqual(["#2 low@1 fallback"]);
    }
  });

  it("the other one is asked once its endpoint has answered again", () => {
    const plan = startedPlan({ plan: ["low", "high"], endpoints });
    expect(plan.fail(1, "server")).toEqual(["#2 low@0 retry [in 50 ms]"]);
    expect(plan.answer(2, "refused")).toEqual(["#3 high@1 cascade"]);
    expect(plan.answer(3)).toEqual(["answer #3"]);
  });

  it("the other one is asked where the first was refused, or asked for what it cannot translate", () => {
    const refused = startedPlan({ plan: ["a"], fallbacks: ["low", "high"], endpoints });
    refused.fail(1, "not-found");
    expect(refused.refuse(2, "constraint")).toEqual(["#3 high fallback"]);
    const plan = startedPlan({ plan: ["low"], fallbacks: ["high"], endpoints });
    expect(plan.fail(1, "unsupported")).toEqual(["#2 high fallback"]);
  });
});

describe("a model that may not be called", () => {
  it.each(["constraint", "money"] as const)(
    "(%s) is passed over, in the plan and among fallbacks",
    (stage) => {
      const plan = startedPlan({ plan: ["a", "b", "c"], fallbacks: ["b", "d", "e"] });
      plan.fail(1, "not-found");
      expect(plan.refuse(2, stage)).toEqual(["#3 c@2 fallback"]);
      expect(plan.refuse(3, stage)).toEqual(["#4 d fallback"]);
      expect(plan.refuse(4, stage)).toEqual(["#5 e fallback"]);
      expect(plan.answer(5)).toEqual(["answer #5"]);
    },
  );

  it("is asked about again after the next failure: what forbids it may have changed", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    plan.fail(1, "not-found");
    plan.refuse(2, "constraint");
    expect(plan.fail(3, "not-found")).toEqual(["#4 b fallback"]);
    expect(plan.refuse(4, "constraint")).toEqual(["fail all-failed #3"]);
  });

  it("is not asked about again where the plan named it: its place is behind us", () => {
    const plan = startedPlan({ plan: ["a", "b", "c"] });
    plan.fail(1, "not-found");
    plan.refuse(2, "constraint");
    expect(plan.fail(3, "not-found")).toEqual(["fail all-failed #3"]);
  });

  it("is not tried by that, and keeps its turn", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    plan.fail(1, "not-found");
    plan.refuse(2, "money");
    expect(plan.state.tried).toEqual(["a"]);
    expect(plan.state.search?.refused).toEqual(["b"]);
  });
});

describe("the plan's first model, forbidden by now,", () => {
  it("is followed by the next one", () => {
    const plan = planScript({ plan: ["a", "b"], fallbacks: ["a", "c"] });
    plan.begin();
    expect(plan.refuse(1, "constraint")).toEqual(["#2 b@1 fallback"]);
    expect(plan.fail(2, "not-found")).toEqual(["#3 c fallback"]);
    expect(plan.fail(3, "not-found")).toEqual(["fail all-failed #3"]);
  });

  it("ends the request where no other is left, with its own refusal", () => {
    const plan = planScript({ fallbacks: ["a", "b"] });
    plan.begin();
    expect(plan.refuse(1, "constraint")).toEqual(["#2 b fallback"]);
    expect(plan.refuse(2, "constraint")).toEqual(["fail forbidden #1"]);
  });

  it("says so also where another could not be paid for", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    plan.refuse(1, "constraint");
    expect(plan.refuse(2, "money")).toEqual(["fail forbidden #1"]);
  });
});

describe("the request ends with the failure of a call", () => {
  const final: readonly ProviderErrorKind[] = ["invalid-request", "too-large", "content-filter"];
  it.each(final)("where another model would meet it too: %s", (kind) => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
    expect(plan.fail(1, kind, { retryable: true })).toEqual(["fail error #1"]);
    expect(plan.state.over).toBe(true);
  });

  it("where it is not a failure of a model", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
    expect(plan.fail(1, undefined, { retryable: true })).toEqual(["fail error #1"]);
  });

  it("where the caller has seen content", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
    expect(plan.fail(1, "server", { delivered: true })).toEqual(["fail error #1"]);
  });
});
