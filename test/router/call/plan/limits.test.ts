import { describe, expect, it } from "vitest";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

describe("a call that was accepted and found no room", () => {
  it("is followed by the next model, and is remembered with its reason", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"] });
    expect(plan.refuse(1, "limits", { reason: "its queue is full" })).toEqual(["#2 b@1 fallback"]);
    plan.accept(2);
    expect(plan.refuse(2, "limits", { reason: "too many" })).toEqual(["#3 c fallback"]);
    expect(plan.state.passedOver).toEqual({ a: "its queue is full", b: "too many" });
    expect(plan.state.running).toEqual([]);
  });

  it("does not come back where it was not a rate that delayed it", () => {
    for (const rate of [undefined, false]) {
      const plan = startedPlan({ fallbacks: ["b"] });
      plan.refuse(1, "limits", { rate });
      expect(plan.fail(2, "not-found")).toEqual(["fail all-failed #2"]);
      expect(plan.state.setAside).toEqual([]);
    }
  });

  it("ends the request for lack of room, where no call has failed", () => {
    expect(startedPlan({}).refuse(1, "limits")).toEqual(["fail limits"]);
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.refuse(1, "limits");
    plan.accept(2);
    expect(plan.refuse(2, "limits")).toEqual(["fail limits"]);
  });

  it("ends the request with a failure, where there was one", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.fail(1, "not-found");
    plan.accept(2);
    expect(plan.refuse(2, "limits")).toEqual(["fail all-failed #1"]);
  });

  it("is not a failure itself: another refusal after it does not name it", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.refuse(1, "limits");
    plan.accept(2);
    expect(plan.refuse(2, "constraint")).toEqual(["fail all-failed"]);
  });
});

describe("a call that its rate holds up", () => {
  it("is set aside until the rate comes back", () => {
    const plan = startedPlan({ plan: ["a", "b"] });
    expect(plan.at(5).refuse(1, "limits", { rate: true, waitMs: 40 })).toEqual(["#2 b@1 fallback"]);
    expect(plan.state.setAside).toEqual([{ model: "a", hop: "answer", place: 0, readyAt: 45 }]);
    expect(plan.state.search).toMatchObject({ cause: "limits", heldUp: "a" });
  });

  it("keeps its hop where it is called after all, since no other is left", () => {
    const plan = startedPlan({});
    expect(plan.refuse(1, "limits", { rate: true })).toEqual(["#2 a@0 answer [last resort]"]);
    const cascade = startedPlan({ plan: ["a", "b"] });
    cascade.answer(1, "refused");
    cascade.accept(2);
    expect(cascade.refuse(2, "limits", { rate: true })).toEqual(["#3 b@1 cascade [last resort]"]);
  });

  it("waits behind those that have room earlier, which are called as fallbacks", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    plan.refuse(1, "admission", { waitMs: 10 });
    plan.accept(2);
    expect(plan.refuse(2, "limits", { rate: true, waitMs: 20 })).toEqual(["#3 a@0 fallback [last resort]"]);
    expect(plan.refuse(3, "constraint")).toEqual(["#4 b fallback [last resort]"]);
  });

  it("becomes a fallback once another model was called for it", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.refuse(1, "limits", { rate: true });
    expect(plan.fail(2, "not-found")).toEqual(["#3 a@0 fallback [last resort]"]);
  });

  it("comes back once: as a last resort it has waited for its rate", () => {
    const plan = startedPlan({});
    plan.refuse(1, "limits", { rate: true });
    plan.accept(2);
    expect(plan.refuse(2, "limits", { rate: true })).toEqual(["fail limits"]);
    expect(plan.state.setAside).toEqual([]);
  });

  it("ends the request for lack of room where it may not be called as a last resort", () => {
    const plan = startedPlan({});
    plan.refuse(1, "limits", { rate: true });
    expect(plan.refuse(2, "constraint")).toEqual(["fail limits"]);
  });

  it("ends it for lack of money where that is what forbids the last resort", () => {
    const plan = startedPlan({});
    plan.refuse(1, "limits", { rate: true });
    expect(plan.refuse(2, "money")).toEqual(["fail money #2"]);
  });
});

describe("a call that was accepted and is forbidden after its wait", () => {
  it.each(["constraint", "money", "admission", "token"] as const)(
    "(%s) is followed by the next model",
    (stage) => {
      const plan = startedPlan({ fallbacks: ["b"] });
      expect(plan.refuse(1, stage, { rate: true })).toEqual(["#2 b fallback"]);
      expect(plan.state.setAside).toEqual([]);
      expect(plan.state.passedOver).toEqual({});
      expect(plan.state.search).toEqual({ hop: "fallback", cause: "failure", refused: [] });
      expect(plan.fail(2, "not-found")).toEqual(["fail all-failed #2"]);
    },
  );

  it("ends the request where no other is left, and no failure is named", () => {
    expect(startedPlan({}).refuse(1, "constraint")).toEqual(["fail all-failed"]);
  });
});
