import { describe, expect, test } from "vitest";
import { always, firstOf, type Rule, type RuleConditions, rules, threshold } from "../../policies/index.ts";
import { InvalidOptionError, type RequestFacts, type RouteRequest } from "../../src/contracts/index.ts";
import { createRouter } from "../../src/router/create/create-router.ts";
import { factsOf, fakeModel } from "../../src/testing/index.ts";
import { choicesAmong } from "../support/shares-of.ts";

const among = ["small", "large", "onPrem"];
const choose = (list: readonly Rule<string>[], facts: Partial<RequestFacts>, models = among) =>
  choicesAmong(rules(list), models, { request: factsOf(facts) })[0];

describe("a condition", () => {
  test.each<{
    conditions: RuleConditions;
    text: string;
    met: Partial<RequestFacts>[];
    missed: Partial<RequestFacts>[];
  }>([
    {
      conditions: { tenant: "clinic" },
      text: "tenant clinic",
      met: [{ tenant: "clinic" }],
      missed: [{ tenant: "bank" }, {}],
    },
    {
      conditions: { tenant: ["clinic", "bank"] },
      text: "tenant clinic or bank",
      met: [{ tenant: "clinic" }, { tenant: "bank" }],
      missed: [{ tenant: "shop" }, {}],
    },
    {
      conditions: { labels: { tier: "gold", region: ["eu", "ch"] } },
      text: "label tier gold, label region eu or ch",
      met: [{ labels: { tier: "gold", region: "ch" } }],
      missed: [{ labels: { tier: "gold" } }, { labels: { tier: "gold", region: "us" } }, {}],
    },
    {
      conditions: { labels: { constructor: "x" } },
      text: "label constructor x",
      met: [{ labels: { constructor: "x" } as unknown as Record<string, string> }],
      missed: [{}],
    },
    {
      conditions: { category: "code" },
      text: "category code",
      met: [{ category: "code" }],
      missed: [{ category: "chat" }, {}],
    },
    {
      conditions: { language: ["de", "fr"] },
      text: "language de or fr",
      met: [{ language: "fr" }],
      missed: [{ language: "en" }, {}],
    },
    {
      conditions: { minInputTokens: 100, maxInputTokens: 200 },
      text: "at least 100 and at most 200 input tokens",
      met: [{ inputTokens: 100 }, { inputTokens: 200 }],
      missed: [{ inputTokens: 99 }, { inputTokens: 201 }],
    },
    {
      conditions: { minTurns: 3 },
      text: "at least 3 turns",
      met: [{ turns: 3 }, { turns: 4 }],
      missed: [{ turns: 2 }],
    },
    {
      conditions: { maxTurns: 3 },
      text: "at most 3 turns",
      met: [{ turns: 0 }, { turns: 3 }],
      missed: [{ turns: 4 }],
    },
    { conditions: { tools: true }, text: "with tools", met: [{ tools: 2 }], missed: [{ tools: 0 }] },
    { conditions: { images: false }, text: "without images", met: [{ images: 0 }], missed: [{ images: 1 }] },
    {
      conditions: { jsonSchema: true },
      text: "with jsonSchema",
      met: [{ jsonSchema: true }],
      missed: [{ jsonSchema: false }],
    },
  ])("$text", ({ conditions, text, met, missed }) => {
    const list = [{ if: conditions, use: "large" }];
    for (const facts of met) expect(choose(list, facts)).toEqual({ model: "large", reason: text });
    for (const facts of missed) expect(choose(list, facts)).toBeUndefined();
  });

  test("uses the classifier's category where the request states none", () => {
    const policy = rules([{ if: { category: "code" }, use: "large" }]);
    const classification = { complexity: 0, category: "code" };
    expect(choicesAmong(policy, among, { classification })).toHaveLength(1);
    const request = factsOf({ category: "chat" });
    expect(choicesAmong(policy, among, { classification, request })).toEqual([]);
  });
});

test("each fact that a rule can compare can come with a request", async () => {
  const policy = rules([
    { if: { tenant: "clinic", category: "code", language: "de", labels: { tier: "gold" } }, use: "large" },
    { if: { tools: true, images: true, jsonSchema: true, minTurns: 1, minInputTokens: 1 }, use: "large" },
    { if: { language: "en" }, use: "onPrem" },
  ]);
  const models = Object.fromEntries(among.map((model) => [model, fakeModel({ model })]));
  const router = createRouter({
    models,
    policy: firstOf(policy, always("small")),
    assumeCapabilities: ["images"],
  });
  const text = { role: "user" as const, content: "Hallo" };
  const url = { url: "data:image/png;base64,AAAA" };
  const image = { role: "user" as const, content: [{ type: "image_url" as const, image_url: url }] };
  const requests: RouteRequest[] = [
    { messages: [text], tenant: "clinic", category: "code", language: "de", labels: { tier: "gold" } },
    {
      messages: [text, image],
      tools: [{ type: "function", function: { name: "f" } }],
      response_format: { type: "json_schema", json_schema: { name: "a", schema: {} } },
    },
    { messages: [text], language: "en" },
    { messages: [text], tenant: "clinic", category: "code", language: "fr", labels: { tier: "gold" } },
  ];
  const chosen = requests.map(async (request) => (await router.decide(request)).model);
  expect(await Promise.all(chosen)).toEqual(["large", "large", "onPrem", "small"]);
});

test("all conditions of a rule must hold", () => {
  const list = [{ if: { tenant: "clinic", tools: true, minTurns: 2 }, use: "large" }];
  const facts = { tenant: "clinic", tools: 1, turns: 2 };
  expect(choose(list, facts)).toEqual({
    model: "large",
    reason: "tenant clinic, at least 2 turns, with tools",
  });
  for (const missed of [{ tenant: "x" }, { tools: 0 }, { turns: 1 }])
    expect(choose(list, { ...facts, ...missed })).toBeUndefined();
});

test("the first rule that holds and has an opinion decides", () => {
  const list: Rule<string>[] = [
    { if: { tenant: "clinic" }, use: "onPrem", reason: "patients' data" },
    { if: { tools: true }, use: threshold({ small: "small", large: "large", at: 0.7 }) },
    {
      if: function isLong({ request }) {
        return request.turns > 9;
      },
      use: "large",
    },
  ];
  const facts = { tenant: "clinic", tools: 1, turns: 10 };
  expect(choose(list, facts)).toEqual({ model: "onPrem", reason: "patients' data" });
  expect(choose(list, facts, ["small", "large"])).toEqual({
    model: "small",
    reason: "with tools: complexity below 0.7",
  });
  expect(choose(list, { turns: 10 })).toEqual({ model: "large", reason: "isLong" });
  expect(choose(list, {})).toBeUndefined();
});

test("their parameters describe them, and later changes of the options do not affect them", () => {
  const labels = { tier: "gold" };
  const policy = rules([
    { if: { labels, tenant: undefined }, use: "large", reason: "paid for" },
    { if: () => true, use: threshold({ small: "small", large: "large", at: 0.7 }) },
  ]);
  labels.tier = "none";
  expect(policy).toMatchObject({ name: "rules", models: ["large", "small"] });
  expect(policy.parameters).toEqual({
    rules: [
      { if: { labels: { tier: "gold" } }, use: "large" },
      {
        if: "anonymous condition",
        use: {
          name: "threshold",
          parameters: { small: "small", large: "large", at: 0.7, otherwise: "large" },
        },
      },
    ],
  });
  expect(choicesAmong(policy, among, { request: factsOf({ labels: { tier: "gold" } }) })[0]?.reason).toBe(
    "paid for",
  );
});

const good = { if: { tools: true }, use: "large" };

test.each([
  [[], "rules must be an array of at least one rule, got an array of 0"],
  [good, "rules must be an array of at least one rule, got an object"],
  [[{ use: "large" }], "rules[0].if must be an object of options, but it is missing"],
  [[{ ...good, if: {} }], "rules[0].if must be given at least one of tenant, category, language, labels"],
  [[{ ...good, if: { labels: {} } }], "rules[0].if must be given at least one of"],
  [
    [{ ...good, if: { tenant: 7 } }],
    "rules[0].if.tenant must be a string or an array of at least one string, got 7",
  ],
  [[{ ...good, if: { tenant: [] } }], "rules[0].if.tenant must be a string or an array of at least one"],
  [[{ ...good, if: { tenant: new Array(1) } }], "rules[0].if.tenant must be a non-empty string, but it is"],
  [[{ ...good, if: { tenant: ["a", ""] } }], 'rules[0].if.tenant must be a non-empty string, got ""'],
  [
    [{ ...good, if: { language: "german" } }],
    "rules[0].if.language must be a code of two lower-case letters",
  ],
  [[{ ...good, if: { labels: { tier: 1 } } }], "rules[0].if.labels.tier must be a string or an array"],
  [
    [{ ...good, if: { labels: "gold" } }],
    'rules[0].if.labels must be an object of values by label, got "gold"',
  ],
  [
    [{ ...good, if: { minInputTokens: 10, maxInputTokens: 9 } }],
    "rules[0].if.maxInputTokens must be a number of at least 10, got 9",
  ],
  [[{ ...good, use: undefined }], "rules[0].use must be a non-empty string, but it is missing"],
  [[{ ...good, use: { model: "a" } }], "rules[0].use must be an object with select()"],
])("rules %j are refused", (list, message) => {
  const build = () => rules(list as Rule<string>[]);
  expect(build).toThrow(InvalidOptionError);
  expect(build).toThrow(message);
});
