import { describe, expect, test } from "vitest";
import { always, cascade, firstOf, guarded, housekeeping, sticky, threshold } from "../../policies/index.ts";
import type { PolicyContext, StepKind } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/index.ts";
import { candidateOf, factsOf, fakeModel } from "../../src/testing/index.ts";

type Id = "small" | "large";
const candidates = [candidateOf("small"), candidateOf("large")];
const split = threshold({ small: "small", large: "large", at: 0.5 });

function at(kind: StepKind, more: Partial<PolicyContext<Id>> = {}): PolicyContext<Id> {
  const request = factsOf({ step: { kind } });
  return { request, candidates, inputs: {}, now: 0, classification: { complexity: 0.9 }, ...more };
}
const session = (model: Id) => ({ model, turns: 3, idleMs: 0, cachedTokens: 0, toolLoopPending: false });

describe("housekeeping", () => {
  test("sends what an agent asks for itself to its model, and says what the policy wanted", () => {
    expect(housekeeping("small", split).select(at("housekeeping"))).toEqual({
      model: "small",
      reason: "housekeeping of an agent; complexity at or above 0.5",
      insteadOf: { model: "large" },
    });
  });

  test("leaves a choice of its model as it is", () => {
    const easy = at("housekeeping", { classification: { complexity: 0.1 } });
    expect(housekeeping("small", split).select(easy)).toBe(split.select(easy));
  });

  test("takes the escalations of a plan away", () => {
    const check = { name: "never", accepts: () => false };
    const policy = housekeeping("small", cascade({ first: "small", then: "large", unless: check }));
    expect(policy.select(at("housekeeping"))).toMatchObject({
      model: "small",
      insteadOf: { model: "small", escalate: [{ to: "large" }] },
    });
    expect(policy.select(at("housekeeping"))).not.toHaveProperty("escalate");
  });

  test("keeps a summary on the model of the session", () => {
    const policy = housekeeping("small", sticky(split));
    const chosen = policy.select(
      at("summary", { session: session("large"), classification: { complexity: 0 } }),
    );
    expect(chosen).toMatchObject({ model: "large" });
    const small = at("summary", { session: session("small") });
    expect(housekeeping("small", split).select(small)).toMatchObject({
      model: "small",
      reason: "a summary stays with the session's model small; complexity at or above 0.5",
      insteadOf: { model: "large" },
    });
  });

  test("leaves a summary to the policy where no session is known, or its model is not permitted", () => {
    const policy = housekeeping("small", split);
    expect(policy.select(at("summary"))).toMatchObject({ model: "large" });
    const only = { candidates: [candidateOf("large")], session: session("small") };
    expect(policy.select(at("summary", only))).not.toHaveProperty("insteadOf");
  });

  test.each(["ask", "tool-result", "continue"] as const)("follows the policy at %s", (kind) => {
    const context = at(kind, { session: session("small") });
    expect(housekeeping("small", split).select(context)).toBe(split.select(context));
  });

  test("follows the policy where its model is not permitted, and without a classification", () => {
    const policy = housekeeping("small", split);
    expect(policy.select(at("housekeeping", { candidates: [candidateOf("large")] }))).toMatchObject({
      model: "large",
    });
    expect(policy.select(at("housekeeping", { classification: undefined }))).toMatchObject({
      model: "small",
    });
  });

  test("alone it has no opinion about other requests", () => {
    const policy = firstOf(housekeeping("small"), always("large"));
    expect(policy.select(at("ask"))).toMatchObject({ model: "large" });
    expect(policy.select(at("housekeeping"))).toEqual({ model: "small", reason: "housekeeping of an agent" });
  });

  test("is visible in the parameters, and refuses what is no model or policy", () => {
    expect(housekeeping("small", split).parameters).toEqual({
      model: "small",
      policy: { name: "threshold", parameters: split.parameters },
    });
    expect(() => housekeeping("" as "small", split)).toThrow(/housekeeping.model/);
    expect(() => housekeeping("small", {} as typeof split)).toThrow(/housekeeping.policy/);
  });
});

describe("in a router", () => {
  const models = {
    small: fakeModel({ model: "small", contextWindow: 20_000 }),
    large: fakeModel({ model: "large", contextWindow: 1e6 }),
  };
  const hard =
    "Prove that the scheduler starves no task, derive the bound of the worst wait, and compare it with EDF.";

  test("housekeeping neither sets nor moves the model of a session", async () => {
    const router = createRouter({ models, policy: housekeeping("small", sticky(always("large"))) });
    const ask = (step?: StepKind) =>
      router.route({ messages: [{ role: "user", content: hard }], session: "s", step });
    const title = await ask("housekeeping");
    expect([title.decision.model, title.decision.session]).toEqual(["small", undefined]);
    const first = await ask();
    expect([first.decision.model, first.decision.session]).toEqual(["large", undefined]);
    const suggestion = await ask("housekeeping");
    expect([suggestion.decision.model, suggestion.decision.session?.model]).toEqual(["small", "large"]);
    const later = await ask();
    expect(later.decision.session).toMatchObject({ model: "large", turns: 1 });
    const summary = await ask("summary");
    expect(summary.decision.model).toBe("large");
    await router.close();
  });

  test("a summary does not go to a window that has no room for it", async () => {
    const router = createRouter({
      models,
      policy: housekeeping("small", threshold({ small: "small", large: "large", at: 1 })),
    });
    const messages = [{ role: "user" as const, content: "a word and another one ".repeat(3_300) }];
    const ask = (step?: StepKind) => router.route({ messages, session: "s", step });
    expect((await ask()).decision.model).toBe("small");
    const { decision } = await ask("summary");
    expect([decision.model, decision.session?.model]).toEqual(["large", "small"]);
    expect(decision.candidates[0]?.permitted).toMatch(/window of 20000 tokens is too small/);
    await router.close();
  });

  test("a guard does not count what was not the policy's doing", async () => {
    const events: string[] = [];
    const router = createRouter({
      models,
      policy: housekeeping("small", guarded(always("large"), { usual: 0.1, burst: 20 })),
      onEvent: ({ type }) => void events.push(type),
    });
    for (let i = 0; i < 200; i += 1)
      await router.decide({ messages: [{ role: "user", content: hard }], step: "housekeeping" });
    expect(events).not.toContain("escalation-abnormal");
    for (let i = 0; i < 200; i += 1) await router.decide({ messages: [{ role: "user", content: hard }] });
    expect(events).toContain("escalation-abnormal");
    await router.close();
  });
});
