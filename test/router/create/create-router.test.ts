import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { except, only } from "../../../policies/constraints/index.ts";
import { always, firstOf, threshold } from "../../../policies/index.ts";
import { createRouter, InvalidOptionError, type Model } from "../../../src/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";
import { packageVersion } from "../../../src/version.ts";

const models = { small: fakeModel({ model: "s" }), large: fakeModel({ model: "l" }) };
const policy = threshold({ small: "small", large: "large", at: 0.5 });

describe("options that are refused, each by name, value and allowed range", () => {
  const cases: readonly (readonly [what: string, options: object, message: string])[] = [
    ["no options", undefined as never, "createRouter must be an object of options, but it is missing"],
    ["no models", { models: {} }, "models must be an object with at least one model, by id, got an object"],
    [
      "models in a list",
      { models: [models.small, models.large] },
      "models must be an object with at least one model, by id, got an array of 2",
    ],
    [
      "a model without methods",
      { models: { small: {} } },
      "models.small must be an object with generate() and stream(), got an object",
    ],
    [
      "a model without a name",
      { models: { small: { ...models.small, name: "" } } },
      'models.small.name must be a non-empty string, got ""',
    ],
    [
      "two ids of one name",
      { models: { ...models, other: fakeModel({ model: "s" }) } },
      'models.other.name must be different from models.small.name: give each model its own name (option name of the provider), got "fake:s"',
    ],
    [
      "a model without labels",
      { models: { small: { ...models.small, labels: undefined } } },
      "models.small.labels must be an object whose values are strings, but it is missing",
    ],
    [
      "a label that is not text",
      { models: { small: { ...models.small, labels: { onPrem: true } } } },
      "models.small.labels.onPrem must be a string, got true",
    ],
    [
      "a context window that is not a number",
      { models: { small: { ...models.small, contextWindow: Number.NaN } } },
      "models.small.contextWindow must be a number of at least 1, got NaN",
    ],
    [
      "capabilities that are not an object",
      { models: { small: { ...models.small, capabilities: "tools" } } },
      'models.small.capabilities must be an object, got "tools"',
    ],
    [
      "a classifier without a name",
      { classifier: { classify: () => ({ complexity: 0.5 }) } },
      "classifier.name must be a non-empty string, but it is missing",
    ],
    [
      "a policy whose models are not a list",
      { policy: { ...policy, models: 5 } },
      "models of policy threshold must be an array of ids, got 5",
    ],
    ["no policy", { policy: undefined }, "policy must be an object with select(), but it is missing"],
    [
      "a policy without a name",
      { policy: { select: () => undefined } },
      "policy.name must be a non-empty string, but it is missing",
    ],
    [
      "an unknown model in a policy from plain JavaScript",
      { policy: threshold({ small: "smal", large: "large", at: 0.5 }) },
      'a model that policy threshold names must be one of small, large, got "smal"',
    ],
    [
      "an unknown model in a nested policy",
      { policy: firstOf(policy, threshold({ small: "smal", large: "large", at: 0.5 })) },
      'a model that policy firstOf names must be one of small, large, got "smal"',
    ],
    [
      "an unknown model in a constraint",
      { constraints: [only("smal")] },
      'a model that constraint only names must be one of small, large, got "smal"',
    ],
    [
      "an unknown model in except",
      { constraints: [except("smal")] },
      'a model that constraint except names must be one of small, large, got "smal"',
    ],
    [
      "a classifier without a method",
      { classifier: "complexity" },
      'classifier must be an object with classify(), got "complexity"',
    ],
    [
      "constraints that are not an array",
      { constraints: only("small") },
      "constraints must be an array of constraints, got an object",
    ],
    [
      "a constraint without a name",
      { constraints: [{ permits: () => true }] },
      "constraints[0].name must be a non-empty string, but it is missing",
    ],
    [
      "a misspelt option",
      { polcy: policy },
      "createRouter.polcy must be absent: known options are models, policy",
    ],
    [
      "a budget that is not in a list",
      { budget: { limitUsd: 1, period: "day" } },
      "createRouter.budget must be absent: give budgets, a list",
    ],
    [
      "NaN",
      { classifierTimeoutMs: Number.NaN },
      "classifierTimeoutMs must be a number in [1, 2147483647], got NaN",
    ],
    [
      "an infinite size",
      { maxCharacters: Number.POSITIVE_INFINITY },
      "maxCharacters must be an integer of at least 1, got Infinity",
    ],
    ["a clock that is not a function", { clock: 5 }, "clock must be a function, got 5"],
    ["a listener that is not a function", { onEvent: {} }, "onEvent must be a function, got an object"],
  ];
  for (const [what, options, message] of cases) {
    it(what, () => {
      const make = () => createRouter((options && { models, policy, ...options }) as never);
      expect(make).toThrowError(InvalidOptionError);
      expect(make).toThrowError(message);
    });
  }
});

describe("models", () => {
  it("keep the labels they were given: code that sees them cannot change what constraints rest on", () => {
    const labels = { residency: "us" };
    const router = createRouter({ models: { small: fakeModel({ labels }) }, policy: always("small") });
    labels.residency = "eu";
    expect(router.models.small.labels).toEqual({ residency: "us" });
    expect(Object.isFrozen(router.models.small.labels)).toBe(true);
  });

  const bare = (provider: string, model: string): Model => fakeModel({ provider, model });

  it("are completed from the catalogue with the facts that they lack", async () => {
    const own = { ...bare("openai", "gpt-4o-mini"), contextWindow: 1_000 };
    const router = createRouter({ models: { small: own, large: bare("openai", "gpt-4o") }, policy });
    expect(router.models.small.price).toMatchObject({
      usdPerMillionInputTokens: 0.15,
      usdPerMillionOutputTokens: 0.6,
    });
    expect(router.models.small.contextWindow).toBe(1_000);
    expect(router.models.large.contextWindow).toBe(128_000);
    expect((await router.decide("x")).candidates[0]?.estimatedCostUsd).toBeGreaterThan(0);
  });

  it("of unknown price stay so, and decisions say so", async () => {
    const router = createRouter({
      models: { small: bare("mine", "tiny"), large: bare("openai", "gpt-4o") },
      policy,
    });
    expect(router.models.small.price).toBeUndefined();
    const { candidates } = await router.decide("x");
    expect(candidates[0]?.estimatedCostUsd).toBeUndefined();
    expect(candidates[0]?.unknown).toEqual(["price", "contextWindow"]);
  });

  it("may be instances of a class", async () => {
    class Echo {
      readonly provider = "mine";
      readonly model = "echo";
      readonly name = "mine:echo";
      readonly labels = {};
      readonly #prefix = "echo: ";
      async generate(...given: Parameters<Model["generate"]>) {
        const inner = fakeModel({ answer: `${this.#prefix}${given[0].messages[0]?.content}` });
        return inner.generate(...given);
      }
      stream(...given: Parameters<Model["stream"]>) {
        return fakeModel({ answer: this.#prefix }).stream(...given);
      }
    }
    const router = createRouter({ models: { small: new Echo(), large: models.large }, policy });
    const { text } = await router.route({ messages: [{ role: "user", content: "hi" }], model: "small" });
    expect(text).toBe("echo: hi");
  });
});

describe("the version", () => {
  it("is that of package.json", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
    expect(packageVersion).toBe(version);
  });
});
