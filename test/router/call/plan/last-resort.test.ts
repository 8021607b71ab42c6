import { describe, expect, it } from "vitest";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

describe("a model whose endpoint is not worth a call now", () => {
  it("is set aside for the next one, and has had its turn", () => {
    const plan = planScript({ plan: ["a", "b"], fallbacks: ["a", "c"] });
    plan.at(5).begin();
    expect(plan.refuse(1, "admission", { waitMs: 20 })).toEqual(["#2 b@1 fallback"]);
    expect(plan.refuse(2, "admission")).toEqual(["#3 c fallback"]);
    expect(plan.state.tried).toEqual(["a", "b"]);
    expect(plan.state.search).toEqual({
      hop: "fallback",
      cause: "first",
      refused: [],
      first: { attemptId: "r/1", model: "a", stage: "admission" },
    });
    expect(plan.state.setAside).toEqual([
      { model: "a", hop: "answer", place: 0, readyAt: 25 },
      { model: "b", hop: "fallback", place: 1, readyAt: 5 },
    ]);
  });

  it("is called after all others have failed, at the hop that is due by then", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    plan.refuse(1, "admission");
    expect(plan.fail(2, "not-found")).toEqual(["#3 a@0 fallback [last resort]"]);
    plan.accept(3);
    expect(plan.state.setAside).toEqual([]);
    expect(plan.state.tried).toEqual(["a", "b"]);
    expect(plan.fail(3, "not-found")).toEqual(["fail all-failed #3"]);
  });

  it("may be retried then, but not more often than any other", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    plan.refuse(1, "admission");
    plan.fail(2, "not-found");
    expect(plan.fail(3, "server")).toEqual(["#4 a@0 retry [in 50 ms]"]);
    expect(plan.fail(4, "server")).toEqual(["fail all-failed #4"]);
  });

  it("leaves the others set aside when it is called", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    plan.refuse(1, "admission");
    expect(plan.refuse(2, "admission")).toEqual(["#3 a@0 fallback [last resort]"]);
    plan.accept(3);
    expect(plan.state.setAside).toMatchObject([{ model: "b" }]);
    expect(plan.fail(3, "not-found")).toEqual(["#4 b fallback [last resort]"]);
  });

  it("stands once among those set aside, where it was refused last", () => {
    const plan = planScript({ plan: ["a", "b", "a"] });
    plan.begin();
    plan.refuse(1, "admission", { waitMs: 100 });
    plan.refuse(2, "admission", { waitMs: 100 });
    expect(plan.refuse(3, "admission", { waitMs: 100 })).toEqual(["#4 b@1 fallback [last resort]"]);
    expect(plan.state.setAside).toMatchObject([
      { model: "b", place: 1 },
      { model: "a", place: 2 },
    ]);
  });
});

describe("of several that were set aside", () => {
  it("the one that has room first is called first", () => {
    const plan = planScript({ fallbacks: ["b", "c"] });
    plan.begin();
    plan.refuse(1, "admission", { waitMs: 30 });
    plan.at(5).refuse(2, "admission", { waitMs: 10 });
    expect(plan.refuse(3, "admission", { waitMs: 20 })).toEqual(["#4 b fallback [last resort]"]);
    expect(plan.refuse(4, "constraint")).toEqual(["#5 c fallback [last resort]"]);
    expect(plan.refuse(5, "constraint")).toEqual(["#6 a@0 fallback [last resort]"]);
  });

  it("the one that was passed over first is called first where they are equal", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    plan.refuse(1, "admission", { waitMs: 10 });
    expect(plan.refuse(2, "admission", { waitMs: 10 })).toEqual(["#3 a@0 fallback [last resort]"]);
  });

  it("one that may not be called is followed by the next", () => {
    for (const stage of ["constraint", "money", "admission", "token"] as const) {
      const plan = startedPlan({ fallbacks: ["b", "c"] });
      plan.fail(1, "not-found");
      plan.refuse(2, "admission");
      plan.refuse(3, "admission");
      expect(plan.refuse(4, stage)).toEqual(["#5 c fallback [last resort]"]);
      expect(plan.refuse(5, "constraint")).toEqual([
        stage === "money" ? "fail money #4" : "fail all-failed #1",
      ]);
    }
  });
});

describe("the plan's first model, set aside, with no other left,", () => {
  it("is called anyway", () => {
    const plan = planScript({});
    plan.begin();
    expect(plan.refuse(1, "admission")).toEqual(["#2 a@0 fallback [last resort]"]);
    expect(plan.answer(2)).toEqual(["answer #2"]);
  });

  it("is called as the answer where it may not be called as a fallback", () => {
    const plan = planScript({ fallbacks: ["b"] });
    plan.begin();
    plan.refuse(1, "admission");
    plan.refuse(2, "constraint");
    expect(plan.refuse(3, "constraint")).toEqual(["#4 a@0 answer [last resort]"]);
    expect(plan.answer(4)).toEqual(["answer #4"]);
  });

  it.each(["admission", "token", "limits"] as const)("is called after a refusal by %s, too", (stage) => {
    const plan = planScript({});
    plan.begin();
    expect(plan.refuse(1, stage)).toEqual(["#2 a@0 fallback [last resort]"]);
    expect(plan.state.tried).toEqual(["a"]);
  });

  it.each([
    ["constraint", "fail forbidden #3"],
    ["money", "fail money #3"],
    ["admission", "fail forbidden #3"],
    ["token", "fail forbidden #3"],
  ] as const)("ends the request where %s refuses that, too", (stage, end) => {
    const plan = planScript({});
    plan.begin();
    plan.refuse(1, "admission");
    expect(plan.refuse(2, "constraint")).toEqual(["#3 a@0 answer [last resort]"]);
    expect(plan.refuse(3, stage)).toEqual([end]);
  });
});
