import { describe, expect, it } from "vitest";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

describe("an abort", () => {
  it("ends the request while a call is proposed", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    expect(plan.abort()).toEqual(["fail aborted"]);
    expect(plan.state).toMatchObject({ over: true, open: [], running: [] });
  });

  it("gives up all calls under way", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.late(1);
    plan.accept(2);
    expect(plan.abort()).toEqual(["abandon #1", "abandon #2", "fail aborted"]);
    expect(plan.state).toMatchObject({ over: true, open: [], running: [] });
  });

  it("ends a request that has not begun", () => {
    const plan = planScript({});
    expect(plan.abort()).toEqual(["fail aborted"]);
    expect(plan.begin()).toEqual([]);
  });
});
