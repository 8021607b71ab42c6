import { describe, expect, it } from "vitest";
import type { ProviderErrorKind } from "../../../../src/contracts/index.ts";
import { planScript, startedPlan } from "../../../support/execution/plan-script.ts";

describe("a call that fails is made once more", () => {
  it("after a backoff, where its error is retryable", () => {
    const plan = startedPlan({});
    expect(plan.fail(1, "server")).toEqual(["#2 a@0 retry [in 50 ms]"]);
    expect(plan.answer(2)).toEqual(["answer #2"]);
  });

  it("at its place in the plan, so that its check is asked again", () => {
    const plan = startedPlan({ plan: ["a", "b"] });
    plan.fail(1, "server");
    expect(plan.answer(2, "refused")).toEqual(["#3 b@1 cascade"]);
  });

  it("as often as retries says, after a backoff that doubles up to its cap", () => {
    const plan = startedPlan({ retries: 4, backoffCapMs: 250 });
    expect(plan.fail(1, "server")).toEqual(["#2 a@0 retry [in 50 ms]"]);
    expect(plan.fail(2, "server")).toEqual(["#3 a@0 retry [in 100 ms]"]);
    expect(plan.fail(3, "server")).toEqual(["#4 a@0 retry [in 125 ms]"]);
    expect(plan.fail(4, "server")).toEqual(["#5 a@0 retry [in 125 ms]"]);
    expect(plan.fail(5, "server")).toEqual(["fail all-failed #5"]);
  });

  it("never where retries is 0", () => {
    expect(startedPlan({ retries: 0, fallbacks: ["b"] }).fail(1, "server")).toEqual(["#2 b fallback"]);
  });

  it("counted for each model on its own", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.fail(1, "server");
    expect(plan.fail(2, "server")).toEqual(["#3 b fallback"]);
    expect(plan.fail(3, "server")).toEqual(["#4 b retry [in 50 ms]"]);
    plan.accept(4);
    expect(plan.state.retries).toEqual({ a: 1, b: 1 });
    expect(plan.fail(4, "server")).toEqual(["fail all-failed #4"]);
  });

  it("counted once it is accepted, and not before", () => {
    const plan = startedPlan({});
    plan.fail(1, "server");
    expect(plan.state.retries).toEqual({});
    plan.accept(2);
    expect(plan.state.retries).toEqual({ a: 1 });
  });

  it.each(["constructor", "__proto__", "toString"])("whatever it is called, say %s", (model) => {
    const plan = startedPlan({ plan: [model] });
    expect(plan.fail(1, "server")).toEqual([`#2 ${model}@0 retry [in 50 ms]`]);
    expect(plan.fail(2, "server")).toEqual(["fail all-failed #2"]);
  });
});

describe("a call that fails is not made once more", () => {
  it("where its error says so", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    expect(plan.fail(1, "server", { retryable: false })).toEqual(["#2 b fallback"]);
  });

  const lasting: readonly ProviderErrorKind[] = [
    "authentication",
    "permission",
    "not-found",
    "context-overflow",
    "unsupported",
  ];
  it.each(lasting)("after %s, although its provider may call it retryable", (kind) => {
    const plan = startedPlan({ fallbacks: ["b"], windows: { a: 1, b: 2 } });
    expect(plan.fail(1, kind, { retryable: true })).toEqual(["#2 b fallback"]);
  });

  const passing: readonly ProviderErrorKind[] = [
    "rate-limit",
    "overloaded",
    "server",
    "timeout",
    "connection",
    "incomplete",
    "unknown",
  ];
  it.each(passing)("unlike after %s", (kind) => {
    const plan = startedPlan({ fallbacks: ["b"] });
    expect(plan.fail(1, kind, { retryable: true })).toEqual(["#2 a@0 retry [in 50 ms, sparing]"]);
  });
});

describe("the wait before a retry", () => {
  it("is what the provider asks for, where that is longer than the backoff", () => {
    expect(startedPlan({}).fail(1, "rate-limit", { retryAfterMs: 300 })).toEqual([
      "#2 a@0 retry [in 300 ms]",
    ]);
    expect(startedPlan({}).fail(1, "rate-limit", { retryAfterMs: 30 })).toEqual(["#2 a@0 retry [in 50 ms]"]);
  });

  it("is as long as a pause or a rate holds the model up, whatever brought that about", () => {
    expect(startedPlan({}).fail(1, "server", { holdMs: 200 })).toEqual(["#2 a@0 retry [in 200 ms]"]);
    const both = { retryAfterMs: 300, holdMs: 200 };
    expect(startedPlan({}).fail(1, "server", both)).toEqual(["#2 a@0 retry [in 300 ms]"]);
  });

  it("is at most retryAfterCapMs", () => {
    for (const asked of [{ retryAfterMs: 500 }, { holdMs: 500 }])
      expect(startedPlan({ fallbacks: ["b"] }).fail(1, "server", asked)).toEqual([
        "#2 a@0 retry [in 500 ms, sparing]",
      ]);
    for (const asked of [{ retryAfterMs: 501 }, { holdMs: 501 }])
      expect(startedPlan({ fallbacks: ["b"] }).fail(1, "server", asked)).toEqual(["#2 b fallback"]);
  });

  it("ends before the deadline", () => {
    const plan = () => startedPlan({ fallbacks: ["b"], deadlineAt: 150 });
    expect(plan().at(99).fail(1, "server")).toEqual(["#2 a@0 retry [in 50 ms, sparing]"]);
    expect(plan().at(100).fail(1, "server")).toEqual(["#2 b fallback"]);
  });
});

describe("a retry spares the retry budget", () => {
  it("where a fallback could answer instead", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    expect(plan.fail(1, "server")).toEqual(["#2 a@0 retry [in 50 ms, sparing]"]);
  });

  it("where a later model of the plan could, fallbacks or not", () => {
    const plan = startedPlan({ plan: ["a", "b"], fallback: false });
    expect(plan.fail(1, "server")).toEqual(["#2 a@0 retry [in 50 ms, sparing]"]);
  });

  it("but not where the only others have had their turn", () => {
    const plan = startedPlan({ fallbacks: ["b", "a"] });
    plan.fail(1, "not-found");
    expect(plan.fail(2, "server")).toEqual(["#3 b retry [in 50 ms]"]);
  });

  it("nor where fallbacks are not called", () => {
    const plan = startedPlan({ fallbacks: ["b"], fallback: false });
    expect(plan.fail(1, "server")).toEqual(["#2 a@0 retry [in 50 ms]"]);
  });
});

describe("a retry that is refused", () => {
  it.each(["admission", "token", "money", "constraint"] as const)(
    "by %s is followed by the next model, and is asked for again when no other is left",
    (stage) => {
      const plan = startedPlan({ fallbacks: ["b", "c"] });
      plan.fail(1, "server");
      expect(plan.refuse(2, stage)).toEqual(["#3 b fallback"]);
      expect(plan.refuse(3, "constraint")).toEqual(["#4 c fallback"]);
      expect(plan.refuse(4, "constraint")).toEqual(["#5 a@0 retry [in 50 ms, last resort]"]);
      expect(plan.answer(5)).toEqual(["answer #5"]);
      expect(plan.state.setAside).toEqual([]);
    },
  );

  it("is asked for again at once where there is no other model", () => {
    const plan = startedPlan({});
    plan.fail(1, "server");
    expect(plan.refuse(2, "token")).toEqual(["#3 a@0 retry [in 50 ms, last resort]"]);
  });

  it.each(["admission", "token", "constraint"] as const)("by %s twice ends the request", (stage) => {
    const plan = startedPlan({});
    plan.fail(1, "server");
    plan.refuse(2, stage);
    expect(plan.refuse(3, stage)).toEqual(["fail all-failed #1"]);
  });

  it("is not asked for again after another model was called", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.fail(1, "server");
    plan.refuse(2, "admission");
    expect(plan.fail(3, "not-found")).toEqual(["fail all-failed #3"]);
  });

  it("comes after those that were set aside", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.fail(1, "server");
    plan.refuse(2, "admission");
    expect(plan.refuse(3, "admission")).toEqual(["#4 b fallback [last resort]"]);
    expect(plan.refuse(4, "constraint")).toEqual(["#5 a@0 retry [in 50 ms, last resort]"]);
  });
});

describe("a retry that was accepted", () => {
  it("and is forbidden after its wait is followed by the next model", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.fail(1, "server");
    plan.accept(2);
    expect(plan.refuse(2, "constraint")).toEqual(["#3 b fallback"]);
    expect(plan.state.retries).toEqual({ a: 1 });
  });

  it("and is forbidden after its wait is not asked for again", () => {
    const plan = startedPlan({ retries: 2 });
    plan.fail(1, "server");
    plan.accept(2);
    expect(plan.refuse(2, "constraint")).toEqual(["fail all-failed #1"]);
  });

  it("and is delayed by its rate comes back as what it was, counted and paid for once", () => {
    const plan = startedPlan({ retries: 2 });
    plan.fail(1, "server");
    plan.accept(2);
    expect(plan.refuse(2, "limits", { rate: true })).toEqual(["#3 a@0 retry [last resort, paid]"]);
    plan.accept(3);
    expect(plan.state.retries).toEqual({ a: 1 });
    expect(plan.fail(3, "server")).toEqual(["#4 a@0 retry [in 100 ms]"]);
    expect(plan.fail(4, "server")).toEqual(["fail all-failed #4"]);
  });

  it("and is delayed by its rate is followed by the next model, and comes back as a fallback", () => {
    const plan = startedPlan({ fallbacks: ["b"] });
    plan.fail(1, "server");
    plan.accept(2);
    expect(plan.refuse(2, "limits", { rate: true })).toEqual(["#3 b fallback"]);
    expect(plan.fail(3, "not-found")).toEqual(["#4 a@0 fallback [last resort]"]);
    expect(plan.fail(4, "server")).toEqual(["fail all-failed #4"]);
  });

  it("and finds no place in the queue does not come back", () => {
    const plan = startedPlan({ retries: 2 });
    plan.fail(1, "server");
    plan.accept(2);
    expect(plan.refuse(2, "limits")).toEqual(["fail all-failed #1"]);
  });
});

it("no retry is refused forever: one that comes back and is refused again ends the request", () => {
  for (const stage of ["token", "admission", "money", "constraint"] as const) {
    const plan = startedPlan({});
    plan.fail(1, "server");
    plan.accept(2);
    plan.refuse(2, "limits", { rate: true });
    expect(plan.refuse(3, stage)).toEqual([stage === "money" ? "fail money #3" : "fail all-failed #1"]);
  }
});

it("a retry is offered by the call that failed, and not by one that was proposed before it", () => {
  const plan = planScript({ fallbacks: ["b"] });
  plan.begin();
  expect(plan.refuse(1, "admission")).toEqual(["#2 b fallback"]);
  expect(plan.fail(2, "server")).toEqual(["#3 b retry [in 50 ms]"]);
});
