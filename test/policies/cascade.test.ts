import { describe, expect, it } from "vitest";
import { finishReason, notRefused } from "../../policies/checks/index.ts";
import { type CascadeOptions, cascade, explore, firstOf, mix } from "../../policies/index.ts";
import { type Check, createRouter, type Policy } from "../../src/index.ts";
import { candidateOf, factsOf, fakeModel } from "../../src/testing/index.ts";

const check = notRefused();
const ask = <Id extends string>(policy: Policy<Id>, costs: Partial<Record<Id, number | undefined>>) =>
  policy.select({
    request: factsOf(),
    inputs: {},
    now: 0,
    candidates: (Object.keys(costs) as Id[]).map((id) => candidateOf(id, { estimatedCostUsd: costs[id] })),
  });

describe("a cascade", () => {
  const policy = cascade({ first: "small", then: "large", unless: check, acceptance: 0.75 });

  it("starts with the first model and escalates to the next", () => {
    expect(ask(policy, { small: 1, large: 10 })).toEqual({
      model: "small",
      reason: "first of a cascade, unless notRefused refuses",
      escalate: [{ unless: check, to: "large" }],
      expectedCostUsd: 1 + 0.25 * 10,
    });
  });

  it("may have several steps: each is reached when all before it were refused", () => {
    const three = cascade({ first: "small", then: ["mid", "large"], unless: check, acceptance: 0.5 });
    expect(ask(three, { small: 1, mid: 4, large: 16 })).toMatchObject({
      model: "small",
      escalate: [
        { unless: check, to: "mid" },
        { unless: check, to: "large" },
      ],
      expectedCostUsd: 1 + 0.5 * 4 + 0.25 * 16,
    });
  });

  it("leaves the first model out where the classifier is sure that it fails", () => {
    const skips = cascade({ first: "small", then: ["mid", "large"], unless: check, skipAt: 0.8 });
    const at = (complexity: number | undefined, ids = ["small", "mid", "large"] as const) =>
      skips.select({
        request: factsOf(),
        inputs: {},
        now: 0,
        ...(complexity === undefined ? {} : { classification: { complexity } }),
        candidates: ids.map((id) => candidateOf(id, { estimatedCostUsd: 1 })),
      });
    expect(at(0.79)).toMatchObject({ model: "small" });
    expect(at(undefined)).toMatchObject({ model: "small" });
    expect(at(Number.NaN)).toMatchObject({ model: "small" });
    expect(at(0.8)).toEqual({
      model: "mid",
      reason: "complexity at or above 0.8: the first model is left out",
      escalate: [{ unless: check, to: "large" }],
      expectedCostUsd: 1 + 0.3,
    });
    expect(at(0.9, ["small", "large"] as never)).toEqual({
      model: "large",
      reason: "complexity at or above 0.8: the first model is left out",
    });
    // None other is permitted: the first one answers.
    expect(at(0.9, ["small"] as never)).toMatchObject({ model: "small" });
    expect(skips.parameters).toMatchObject({ skipAt: 0.8 });
    expect(policy.parameters).not.toHaveProperty("skipAt");
  });

  it("expects 70 % of the answers to be accepted by default", () => {
    const usual = cascade({ first: "small", then: "large", unless: check });
    expect(ask(usual, { small: 1, large: 10 })).toMatchObject({ expectedCostUsd: expect.closeTo(4, 12) });
    expect(usual.parameters).toEqual({ models: ["small", "large"], unless: "notRefused", acceptance: 0.7 });
  });

  it("does not know its cost where the price of a step is not known", () => {
    expect(ask(policy, { small: 1, large: undefined })).toMatchObject({ expectedCostUsd: undefined });
  });

  it("leaves out models that are not permitted; the last permitted one answers unchecked", () => {
    const reason = "no other model of the cascade is permitted";
    expect(ask(policy, { large: 10 })).toEqual({ model: "large", reason });
    expect(ask(policy, { small: 1 })).toEqual({ model: "small", reason });
    const three = cascade({ first: "small", then: ["mid", "large"], unless: check });
    expect(ask(three, { mid: 1, large: 10 })).toMatchObject({
      model: "mid",
      escalate: [{ unless: check, to: "large" }],
    });
    expect(ask<string>(policy, { other: 1 })).toBeUndefined();
  });

  it("requires all of several checks to accept", () => {
    const both = cascade({ first: "small", then: "large", unless: [check, finishReason()] });
    expect(ask(both, { small: 1, large: 10 })).toMatchObject({
      escalate: [{ unless: { name: "allOf(notRefused, finishReason(stop, tool_calls))" } }],
    });
  });

  it("keeps its steps and its expected cost inside combinators", () => {
    const lottery = [
      { model: "small", probability: 0.5, expectedCostUsd: 3.5, escalate: [{ unless: check, to: "large" }] },
      { model: "large", probability: 0.5 },
    ];
    const mixed = mix([
      { weight: 0.5, use: policy },
      { weight: 0.5, use: "large" },
    ]);
    expect(ask(mixed, { small: 1, large: 10 })).toMatchObject(lottery);
    expect(ask(firstOf(mixed), { small: 1, large: 10 })).toMatchObject(lottery);
    expect(ask(explore(0.2, policy), { small: 1, large: 10 })).toMatchObject([
      { model: "small", probability: 0.8, expectedCostUsd: 3.5, escalate: [{ to: "large" }] },
      { model: "small", probability: 0.1 },
      { model: "large", probability: 0.1 },
    ]);
  });

  it.each<[string, Partial<Record<keyof CascadeOptions<string>, unknown>> & Record<string, unknown>]>([
    ["cascade: models[0]", { first: "" }],
    ["cascade: models[1]", { then: "small" }],
    ["cascade: models[2]", { then: ["large", "large"] }],
    ["cascade.then", { then: [] }],
    ["cascade.unless", { unless: undefined }],
    ["cascade.unless", { unless: "notRefused" }],
    ["cascade.unless.name", { unless: { accepts: () => true } }],
    ["cascade.unless[1]", { unless: [check, {}] }],
    ["cascade.unless", { unless: [] }],
  ])("refuses a wrong %s: %j", (option, wrong) => {
    const options = { first: "small", then: "large", unless: check, ...wrong };
    expect(() => cascade(options as CascadeOptions<string>)).toThrow(option);
  });
});

describe("a decision for a cascade", () => {
  const price = { usdPerMillionInputTokens: 1_000, usdPerMillionOutputTokens: 10_000 };
  const accepts: Check = { name: "mine", accepts: () => true };
  const policy = cascade({ first: "small", then: "large", unless: accepts, acceptance: 0.5 });
  const models = {
    small: fakeModel({ model: "small", price }),
    large: fakeModel({
      model: "large",
      price: { usdPerMillionInputTokens: 2_000, usdPerMillionOutputTokens: 20_000 },
    }),
  };

  it("names every step with its check, and states the expected cost of all", async () => {
    const decision = await createRouter({ models, policy }).decide("Hello");
    expect(decision.plan).toEqual([{ model: "small", unless: "mine" }, { model: "large" }]);
    const [small, large] = decision.candidates.map(({ estimatedCostUsd = Number.NaN }) => estimatedCostUsd);
    expect(decision.expectedCostUsd).toBeCloseTo((small ?? 0) + 0.5 * (large ?? 0), 12);
    expect(JSON.parse(JSON.stringify(decision)).policy.parameters.unless).toBe("mine");
  });

  it("of one model is an ordinary one, with the model's own estimate", async () => {
    const router = createRouter({ models, policy });
    const constraints = [{ name: "no", permits: ({ id }: { id: string }) => id === "small" || "no" }];
    const alone = await router.decide({ messages: [{ role: "user", content: "Hello" }], constraints });
    expect(alone.plan).toEqual([{ model: "small" }]);
    expect(alone.expectedCostUsd).toBe(alone.candidates[0]?.estimatedCostUsd);
  });

  it("does not know the expected cost where a price is not known", async () => {
    const router = createRouter({ models: { ...models, large: fakeModel({ model: "free" }) }, policy });
    expect((await router.decide("Hello")).expectedCostUsd).toBeUndefined();
  });
});
