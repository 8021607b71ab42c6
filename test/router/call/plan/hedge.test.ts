import { describe, expect, it } from "vitest";
import { startedPlan } from "../../../support/execution/plan-script.ts";

const parts = { fallbacks: ["b", "c"], retries: 0 };

/** Model a runs, and b next to it. */
function hedgedPlan(more: Parameters<typeof startedPlan>[0] = {}) {
  const plan = startedPlan({ ...parts, ...more });
  plan.late(1);
  plan.accept(2);
  return plan;
}

describe("a stream that is late", () => {
  it("is helped by the first fallback", () => {
    const plan = startedPlan(parts);
    expect(plan.late(1)).toEqual(["#2 b hedge [parallel]"]);
    expect(plan.state.hedged).toBe(false);
    expect(plan.accept(2)).toEqual([]);
    expect(plan.state).toMatchObject({ hedged: true, tried: ["a", "b"], notHedged: [] });
    expect(plan.state.running.map(({ attemptId }) => attemptId)).toEqual(["r/1", "r/2"]);
  });

  it("is helped by another member of its pool, else by the first fallback", () => {
    const plan = startedPlan(parts);
    expect(plan.late(1, true)).toEqual(["#2 a hedge [parallel]"]);
    expect(plan.refuse(2, "admission")).toEqual(["#3 b hedge [parallel]"]);
    expect(plan.state.setAside).toEqual([]);
    const other = startedPlan(parts);
    other.late(1, true);
    other.accept(2);
    expect(other.state).toMatchObject({ hedged: true, tried: ["a"], retries: {} });
    expect(other.fail(2, "server", { retryable: true })).toEqual([]);
    expect(other.fail(1, "not-found")).toEqual(["#3 b fallback"]);
    const won = startedPlan(parts);
    won.late(1, true);
    won.accept(2);
    expect(won.content(2)).toEqual(["abandon #1"]);
  });

  it("is helped also where fallbacks are off", () => {
    expect(startedPlan({ ...parts, fallback: false }).late(1)).toEqual(["#2 b hedge [parallel]"]);
  });

  it("is not helped by a model that has had its turn", () => {
    const plan = startedPlan({ fallbacks: ["a", "b", "c"] });
    plan.fail(1, "not-found");
    plan.accept(2);
    expect(plan.late(2)).toEqual(["#3 c hedge [parallel]"]);
  });

  it("is not helped where no model is left", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["a"] });
    expect(plan.late(1)).toEqual([]);
    expect(plan.state.open).toEqual([]);
  });

  it("is not helped after the deadline", () => {
    expect(
      startedPlan({ ...parts, deadlineAt: 10 })
        .at(9)
        .late(1),
    ).toEqual(["#2 b hedge [parallel]"]);
    expect(
      startedPlan({ ...parts, deadlineAt: 10 })
        .at(10)
        .late(1),
    ).toEqual([]);
  });

  it("is not helped twice, not even while the first help is only proposed", () => {
    const plan = startedPlan(parts);
    plan.late(1);
    expect(plan.late(1)).toEqual([]);
    plan.accept(2);
    expect(plan.late(1)).toEqual([]);
    expect(plan.late(2)).toEqual([]);
    plan.fail(2, "not-found");
    expect(plan.late(1)).toEqual([]);
  });

  it("is the only one of its request that is helped", () => {
    const plan = hedgedPlan();
    plan.fail(1, "not-found");
    expect(plan.fail(2, "not-found")).toEqual(["#3 c fallback"]);
    plan.accept(3);
    expect(plan.late(3)).toEqual([]);
  });

  it("may be a retry or a fallback, where the first call was not helped", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    plan.fail(1, "server");
    plan.accept(2);
    expect(plan.late(2)).toEqual(["#3 b hedge [parallel]"]);
  });
});

describe("the first content", () => {
  it("of the call that was late gives the hedge up", () => {
    const plan = hedgedPlan();
    expect(plan.content(1)).toEqual(["abandon #2"]);
    expect(plan.state.running).toMatchObject([{ attemptId: "r/1" }]);
    expect(plan.answer(1)).toEqual(["answer #1"]);
  });

  it("of the hedge gives up the call that was late", () => {
    const plan = hedgedPlan();
    expect(plan.content(2)).toEqual(["abandon #1"]);
    expect(plan.fail(1, "server")).toEqual([]);
    expect(plan.answer(2)).toEqual(["answer #2"]);
  });

  it("of a call that runs alone says nothing new", () => {
    const plan = startedPlan(parts);
    expect(plan.content(1)).toEqual([]);
    expect(plan.state.running).toMatchObject([{ attemptId: "r/1" }]);
  });

  it("is not waited for where a whole answer comes", () => {
    expect(hedgedPlan().answer(2)).toEqual(["abandon #1", "answer #2"]);
    expect(hedgedPlan().answer(1)).toEqual(["abandon #2", "answer #1"]);
  });
});

describe("of two calls that run side by side", () => {
  it("one may fail while the other goes on", () => {
    const first = hedgedPlan();
    expect(first.fail(1, "server")).toEqual([]);
    expect(first.state.running).toMatchObject([{ attemptId: "r/2" }]);
    expect(first.state.lastFailure).toBeUndefined();
    expect(first.answer(2)).toEqual(["answer #2"]);
    const second = hedgedPlan();
    expect(second.fail(2, "server")).toEqual([]);
    expect(second.answer(1)).toEqual(["answer #1"]);
  });

  it("the one that is left is retried or replaced when it fails", () => {
    const first = hedgedPlan({ retries: 1 });
    first.fail(2, "server");
    expect(first.fail(1, "server")).toEqual(["#3 a@0 retry [in 50 ms, sparing]"]);
    const second = hedgedPlan({ retries: 1 });
    second.fail(1, "server");
    expect(second.fail(2, "server")).toEqual(["#3 b retry [in 50 ms, sparing]"]);
    expect(second.fail(3, "server")).toEqual(["#4 c fallback"]);
  });

  it("the first ends the request where its error is not one of a model", () => {
    for (const [kind, more] of [
      ["content-filter", {}],
      [undefined, {}],
      ["server", { delivered: true }],
    ] as const)
      expect(hedgedPlan().fail(1, kind, more)).toEqual(["abandon #2", "fail error #1"]);
  });

  it("the hedge does not end it", () => {
    for (const kind of ["content-filter", undefined] as const) {
      const plan = hedgedPlan();
      expect(plan.fail(2, kind)).toEqual([]);
      expect(plan.fail(1, "not-found")).toEqual(["#3 c fallback"]);
    }
  });

  it("the hedge ends it where it is the one that is left", () => {
    const plan = hedgedPlan();
    plan.fail(1, "server");
    expect(plan.fail(2, "content-filter")).toEqual(["fail error #2"]);
  });

  it("either ends it where the deadline has passed", () => {
    const plan = () => hedgedPlan({ deadlineAt: 10 });
    expect(plan().at(9).fail(1, "server")).toEqual([]);
    expect(plan().at(10).fail(1, "server")).toEqual(["abandon #2", "fail deadline"]);
    expect(plan().at(10).fail(2, "server")).toEqual(["abandon #1", "fail deadline"]);
  });

  it("the first ends it with its own error after the deadline, where that is not a model's", () => {
    expect(hedgedPlan({ deadlineAt: 10 }).at(10).fail(1, undefined)).toEqual(["abandon #2", "fail error #1"]);
  });

  it("the one whose answer is refused by a check takes the other with it", () => {
    const plan = startedPlan({ plan: ["a", "d"], fallbacks: ["b", "c"] });
    plan.late(1);
    plan.accept(2);
    expect(plan.answer(1, "refused")).toEqual(["#3 d@1 cascade"]);
    expect(plan.state.running).toEqual([]);
  });
});

describe("a hedge that is refused", () => {
  it.each(["constraint", "money"] as const)(
    "by %s is followed by the next fallback, and keeps its turn",
    (stage) => {
      const plan = startedPlan(parts);
      plan.late(1);
      expect(plan.refuse(2, stage)).toEqual(["#3 c hedge [parallel]"]);
      expect(plan.state).toMatchObject({ notHedged: ["b"], tried: ["a"], setAside: [] });
      plan.accept(3);
      plan.fail(3, "server");
      expect(plan.fail(1, "not-found")).toEqual(["#4 b fallback"]);
    },
  );

  it("by admission is set aside for the next fallback", () => {
    const plan = startedPlan(parts);
    plan.late(1);
    expect(plan.at(5).refuse(2, "admission", { waitMs: 10 })).toEqual(["#3 c hedge [parallel]"]);
    expect(plan.state).toMatchObject({ hedged: false, tried: ["a", "b"] });
    expect(plan.state.setAside).toEqual([{ model: "b", hop: "hedge", place: undefined, readyAt: 15 }]);
    plan.accept(3);
    plan.fail(3, "server");
    expect(plan.fail(1, "not-found")).toEqual(["#4 b fallback [last resort]"]);
  });

  it("by its limits is set aside, too; the budget of hedges is not charged again", () => {
    const plan = startedPlan({ fallbacks: ["b", "c", "d"], retries: 0 });
    plan.late(1);
    expect(plan.refuse(2, "limits")).toEqual(["#3 c hedge [paid, parallel]"]);
    expect(plan.state).toMatchObject({ hedged: true, setAside: [{ model: "b" }], passedOver: {} });
    expect(plan.refuse(3, "constraint")).toEqual(["#4 d hedge [paid, parallel]"]);
    expect(plan.accept(4)).toEqual([]);
  });

  it("by its limits is the only one that is paid for: no later call of the request is helped", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    plan.late(1);
    plan.refuse(2, "limits");
    plan.refuse(3, "limits");
    plan.fail(1, "server");
    plan.accept(4);
    expect(plan.late(4)).toEqual([]);
  });

  it("by its budget ends the search, and a later call may be helped", () => {
    const plan = startedPlan({ fallbacks: ["b", "c"] });
    plan.late(1);
    expect(plan.refuse(2, "token")).toEqual([]);
    expect(plan.state).toMatchObject({ hedged: false, tried: ["a"], setAside: [] });
    plan.fail(1, "server");
    plan.accept(3);
    expect(plan.late(3)).toEqual(["#4 b hedge [parallel]"]);
  });

  it("after the deadline has passed ends the search, and not the request", () => {
    const plan = startedPlan({ ...parts, deadlineAt: 10 });
    plan.late(1);
    expect(plan.at(10).refuse(2, "constraint")).toEqual([]);
    expect(plan.state.over).toBe(false);
    expect(plan.answer(1)).toEqual(["answer #1"]);
  });

  it("with no fallback left ends the search", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.late(1);
    expect(plan.refuse(2, "constraint")).toEqual([]);
    expect(plan.late(1)).toEqual(["#3 b hedge [parallel]"]);
  });

  it("where fallbacks are off is not a last resort of a failure", () => {
    for (const stage of ["admission", "limits"] as const) {
      const plan = startedPlan({ plan: ["a"], fallbacks: ["b"], fallback: false, retries: 0 });
      plan.late(1);
      expect(plan.refuse(2, stage)).toEqual([]);
      expect(plan.fail(1, "not-found")).toEqual(["fail all-failed #1"]);
    }
  });

  it("where fallbacks are off leaves the plan's own models as last resorts", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallbacks: ["c"], fallback: false, retries: 0 });
    plan.late(1);
    plan.refuse(2, "admission");
    plan.fail(1, "not-found");
    expect(plan.refuse(3, "admission")).toEqual(["#4 b@1 fallback [last resort]"]);
  });
});

describe("a hedge whose money is asked for elsewhere", () => {
  it("is dropped when the call that it was to help fails meanwhile, and is refused then", () => {
    const plan = startedPlan(parts);
    plan.late(1);
    expect(plan.fail(1, "not-found")).toEqual(["#3 b fallback"]);
    expect(plan.refuse(2, "constraint")).toEqual([]);
    expect(plan.state.open).toMatchObject([{ attemptId: "r/3" }]);
  });

  it("does not end the search for the call that follows", () => {
    const plan = startedPlan(parts);
    plan.late(1);
    plan.fail(1, "not-found");
    plan.accept(2);
    expect(plan.state.search).toMatchObject({ cause: "failure" });
    expect(plan.refuse(3, "constraint")).toEqual(["#4 c fallback"]);
  });
});
