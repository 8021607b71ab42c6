import { describe, expect, test } from "vitest";
import { judge } from "../../../policies/checks/index.ts";
import { boundary, except, maxCost, only, safetyFloor } from "../../../policies/constraints/index.ts";
import { always, cascade, random } from "../../../policies/index.ts";
import type { Constraint, ModelFacts } from "../../../src/contracts/index.ts";
import { createRouter, NoEligibleModelError } from "../../../src/index.ts";
import { modelRating } from "../../../src/router/classifiers/index.ts";
import { isSameModel } from "../../../src/router/decide/index.ts";
import { fakeModel } from "../../../src/testing/index.ts";

const facts = (parts: Partial<ModelFacts> = {}): ModelFacts => ({
  name: "any",
  provider: "openai",
  model: "gpt-5",
  labels: {},
  ...parts,
});

describe("two names stand for one model", () => {
  test.each<[string, Partial<ModelFacts>, Partial<ModelFacts>, boolean]>([
    ["if provider and model agree", { name: "a" }, { name: "b" }, true],
    ["if the model is written in other case", {}, { model: "GPT-5" }, true],
    ["unless the models differ", {}, { model: "gpt-5-mini" }, false],
    ["unless the providers differ and an address is not stated", {}, { provider: "azure" }, false],
    ["if the address of one is not stated", {}, { endpoint: "https://api.openai.com/v1" }, true],
    [
      "if the addresses agree",
      { endpoint: "https://a.example/v1" },
      { endpoint: "https://A.example/v1/" },
      true,
    ],
    [
      "if the addresses agree, whatever the providers are called",
      { endpoint: "https://a.example/v1" },
      { endpoint: "https://a.example/v1", provider: "openai-compatible" },
      true,
    ],
    [
      "unless the addresses differ",
      { endpoint: "https://eu.example" },
      { endpoint: "https://us.example" },
      false,
    ],
  ])("%s", (_, a, b, same) => {
    expect(isSameModel(facts(a), facts(b))).toBe(same);
    expect(isSameModel(facts(b), facts(a))).toBe(same);
  });
});

const large = { provider: "openai", model: "gpt-5" };
const models = () => ({
  small: fakeModel({ provider: "vllm", model: "qwen" }),
  large: fakeModel(large),
  thorough: fakeModel({ ...large, name: "gpt-5 with high effort" }),
});
const exclusions: readonly (readonly [string, Constraint<"large">])[] = [
  ["except", except("large")],
  ["safetyFloor", safetyFloor({ when: () => true, forbid: ["large"] })],
];

describe.each(exclusions)("%s", (_, constraint) => {
  test("excludes the model under each of its ids", async () => {
    const router = createRouter({ models: models(), policy: random(), constraints: [constraint] });
    const { candidates, fallbacks } = await router.decide("x");
    expect(candidates.filter(({ permitted }) => permitted === true).map(({ model }) => model)).toEqual([
      "small",
    ]);
    expect(fallbacks).toEqual([]);
    await expect(
      router.decide({ messages: [{ role: "user", content: "x" }], model: "thorough" }),
    ).rejects.toThrow(NoEligibleModelError);
  });

  test("excludes the model as judge under a name that the router does not know, in plan and classifier", async () => {
    const other = fakeModel({ ...large, name: "my judge", answer: '{"accept": true}' });
    const router = createRouter({
      models: { small: models().small, mid: fakeModel({ model: "mid" }), large: fakeModel(large) },
      policy: cascade({ first: "small", then: "mid", unless: judge({ model: other }) }),
      classifier: modelRating({ model: other }),
      constraints: [constraint],
    });
    const { decision, attempts } = await router.route("x");
    expect(other.requests).toEqual([]);
    expect(decision.classifierError).toBeDefined();
    expect(attempts.map(({ name }) => name)).toEqual(["vllm:qwen", "fake:mid"]);
  });
});

test("a judge that is one of the router's models by another name cannot claim other labels or prices", async () => {
  const claims = {
    labels: { residency: "eu" },
    price: { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 },
  };
  const other = fakeModel({ ...large, name: "my judge", ...claims, answer: '{"accept": true}' });
  const us = fakeModel({
    ...large,
    labels: { residency: "us" },
    price: { usdPerMillionInputTokens: 1e6, usdPerMillionOutputTokens: 1e6 },
  });
  for (const constraint of [boundary({ label: "residency", required: "eu" }), maxCost({ usd: 0.5 })]) {
    const small = fakeModel({ provider: "vllm", model: "qwen", ...claims });
    const mid = fakeModel({ model: "mid", ...claims });
    const router = createRouter({
      models: { small, mid, us },
      policy: cascade({ first: "small", then: "mid", unless: judge({ model: other }) }),
      constraints: [constraint],
    });
    await router.route("x");
    expect(other.requests).toEqual([]);
  }
});

test("only permits an id and not the same model under another one, which may cost more", async () => {
  const router = createRouter({ models: models(), policy: always("large"), constraints: [only("large")] });
  const { candidates } = await router.decide("x");
  expect(candidates.map(({ permitted }) => permitted)).toEqual([
    "only: not among large",
    true,
    "only: not among large",
  ]);
});
