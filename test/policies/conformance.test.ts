import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as checks from "../../policies/checks/index.ts";
import * as constraints from "../../policies/constraints/index.ts";
import * as policies from "../../policies/index.ts";
import type { Check, Constraint, Policy } from "../../src/contracts/index.ts";
import {
  checkConformance,
  constraintConformance,
  fakeModel,
  policyConformance,
} from "../../src/testing/index.ts";
import { partialLottery } from "../support/partial-lottery.ts";

type Id = "small" | "large";
const models = ["small", "large"] as const;

const split = policies.threshold({ small: "small", large: "large", at: 0.5 });

/** Samples of each policy by file name, one for each form. */
const policySamples: Readonly<Record<string, readonly Policy<Id>[]>> = {
  always: [policies.always("small")],
  "budget-aware": [
    policies.budgetAware({ small: "small", large: "large", at: 0.5 }),
    policies.budgetAware({ small: "small", large: "large", at: 0.5, otherwise: "small", tightenFrom: 0 }),
  ],
  "by-task": [
    policies.byTask({ tasks: { code: "large", chat: "small" }, otherwise: split }),
    policies.byTask({ tasks: { code: split, constructor: policies.random() }, otherwise: "small" }),
  ],
  cascade: [
    policies.cascade({ first: "small", then: "large", unless: checks.notRefused() }),
    policies.cascade({
      first: "large",
      then: ["small"],
      unless: [checks.finishReason(), checks.arithmetic()],
      acceptance: 0.25,
    }),
  ],
  "cheapest-above": [policies.cheapestAbove(0), policies.cheapestAbove(0.75), policies.cheapestAbove(1)],
  explore: [
    policies.explore(0.2, policies.mix({ small: 0.9, large: 0.1 })),
    policies.explore(0.1, split, { among: ["large"], floor: 0.75 }),
    policies.explore(1, policies.always("small")),
  ],
  "first-of": [
    policies.firstOf(policies.always("small"), policies.always("large")),
    policies.firstOf(
      partialLottery({ small: 0.05 }),
      policies.threshold({ small: "small", large: "large", at: 0.5 }),
    ),
    policies.firstOf(policies.firstOf(partialLottery({ small: 0.2, large: 0.3 })), policies.random()),
  ],
  mix: [
    policies.mix({ small: 0.7, large: 0.3 }),
    policies.mix({ small: 0, large: 1 }),
    policies.mix([
      { weight: 0.4, use: "large" },
      { weight: 0.6, use: partialLottery({ small: 0.5 }) },
    ]),
  ],
  override: [
    policies.override({ label: "residency", values: { eu: "small" }, otherwise: "large" }),
    policies.override({
      label: "__proto__",
      values: JSON.parse('{ "__proto__": "small", "constructor": "small" }'),
      otherwise: split,
    }),
  ],
  random: [policies.random()],
  rules: [
    policies.rules([
      { if: { tenant: "clinic", labels: { residency: ["eu", "ch"] } }, use: "small" },
      { if: { category: "code", language: "de", minInputTokens: 2, maxTurns: 50 }, use: split },
      { if: { tools: true, images: true, jsonSchema: true }, use: "large", reason: "everything at once" },
      { if: ({ request }) => request.turns > 1, use: policies.random() },
    ]),
  ],
  sticky: [
    policies.sticky(split),
    policies.sticky(policies.explore(0.2, split), { expectedTurns: 5, minGain: 0, usdPerGoodAnswer: 0.01 }),
    policies.sticky(policies.firstOf(partialLottery({ small: 0.5 })), { idleResetMs: 0 }),
  ],
  tiers: [
    policies.tiers({ models: ["small", "large"], cuts: [0.5] }),
    policies.tiers({ models: ["small", "large"], cuts: [0], otherwise: "small" }),
  ],
  threshold: [
    policies.threshold({ small: "small", large: "large", at: 0.5 }),
    policies.threshold({ small: "small", large: "large", at: 1, otherwise: "small" }),
    policies.threshold({ small: "small", large: "large", largeShare: 0.3, otherwise: "small" }),
  ],
  utility: [policies.utility({ usdPerGoodAnswer: 0.001 }), policies.utility({ usdPerGoodAnswer: 1_000 })],
  when: [policies.when(({ request }) => request.tenant === "clinic", split)],
};

/** Samples of each constraint by file name. */
const constraintSamples: Readonly<Record<string, readonly Constraint<Id>[]>> = {
  boundary: [
    constraints.boundary({ label: "residency", required: ["eu", "ch"] }),
    constraints.boundary({
      label: "residency",
      required: { byTenant: { clinic: "eu" }, byLabel: { residency: { eu: "eu" } }, otherwise: ["eu", "us"] },
    }),
    constraints.boundary({
      label: "residency",
      required: ({ tenant }) => (tenant === "clinic" ? "eu" : undefined),
    }),
  ],
  except: [constraints.except("small")],
  healthy: [constraints.healthy()],
  latency: [
    constraints.latency({ p95FirstTokenMs: 200 }),
    constraints.latency({ p95FirstTokenMs: 500, unknown: "refuse" }),
  ],
  "max-cost": [constraints.maxCost({ usd: 0.0002 })],
  only: [constraints.only("small")],
  "safety-floor": [
    constraints.safetyFloor({ when: ({ ask }) => ask.includes("measles"), forbid: ["small"] }),
  ],
};

const anything: checks.StandardSchema = {
  "~standard": { version: 1, vendor: "test", validate: (value) => (value === null ? { issues: [] } : {}) },
};
const answerSchema = { type: "object", properties: { answer: { type: "number" } }, required: ["answer"] };

/** Samples of each check by file name, with the largest number of model calls. */
const checkSamples: Readonly<Record<string, readonly { readonly check: Check; readonly calls?: number }[]>> =
  {
    agreement: [
      { check: checks.agreement({ samples: 3, agreeing: 2 }), calls: 3 },
      { check: checks.agreement({ samples: 1, by: "text", model: fakeModel() }), calls: 1 },
    ],
    "all-of": [
      { check: checks.allOf(checks.notRefused(), checks.numericAnswer()) },
      { check: checks.allOf(checks.jsonSchema(answerSchema), checks.finishReason(), checks.arithmetic()) },
    ],
    "any-of": [
      { check: checks.anyOf(checks.arithmetic(), checks.numericAnswer()) },
      { check: checks.anyOf(checks.logprob({ min: -0.1 }), checks.judge({ model: fakeModel() })), calls: 1 },
    ],
    arithmetic: [{ check: checks.arithmetic() }],
    "finish-reason": [{ check: checks.finishReason() }, { check: checks.finishReason("tool_calls") }],
    "json-schema": [
      { check: checks.jsonSchema(anything) },
      { check: checks.jsonSchema(answerSchema, { name: "answer" }) },
    ],
    judge: [{ check: checks.judge({ model: fakeModel() }), calls: 1 }],
    logprob: [{ check: checks.logprob({ min: -0.1 }) }],
    "not-refused": [{ check: checks.notRefused() }],
    "numeric-answer": [
      { check: checks.numericAnswer() },
      { check: checks.numericAnswer({ integer: true, min: 0, max: 1e6 }) },
    ],
    "tool-arguments": [
      {
        check: checks.toolArguments({
          tools: [
            { type: "function", function: { name: "lookup", parameters: { type: "object" } } },
            { type: "function", function: { name: "bare" } },
          ],
        }),
      },
    ],
  };

describe.each([
  { folder: "policies/checks", door: checks, samples: checkSamples },
  { folder: "policies", door: policies, samples: policySamples },
  { folder: "policies/constraints", door: constraints, samples: constraintSamples },
])("$folder", ({ folder, door, samples }) => {
  const names = readdirSync(new URL(`../../${folder}/`, import.meta.url))
    .filter((file) => file.endsWith(".ts") && file !== "index.ts")
    .map((file) => file.slice(0, -".ts".length));

  test.each(names)("%s is exported by the index", (name) => {
    expect(Object.keys(door)).toContain(camelCase(name));
  });

  test("every file has a sample in the conformance suite", () => {
    expect(Object.keys(samples).sort()).toEqual(names.sort());
    for (const [name, list] of Object.entries(samples)) expect(list.length, name).toBeGreaterThan(0);
  });
});

test("each sample belongs to the file it is listed under", () => {
  for (const [file, list] of Object.entries({ ...policySamples, ...constraintSamples }))
    for (const { name } of list) expect(name, file).toBe(camelCase(file));
});

describe.each(Object.values(policySamples).flat())("the policy $name $parameters", (policy) => {
  test.each(policyConformance({ policy, models }))("$name", ({ run }) => run());
});

/** Constraints that need facts of the model for every request. */
const closed: ReadonlySet<Constraint<Id>> = new Set(
  [
    constraintSamples["boundary"]?.[0],
    constraintSamples["latency"]?.[1],
    constraintSamples["max-cost"]?.[0],
  ].filter((constraint) => constraint !== undefined),
);

describe.each(Object.values(constraintSamples).flat())("the constraint $name", (constraint) => {
  const failsClosed = closed.has(constraint);
  test.each(constraintConformance({ constraint, models, failsClosed }))("$name", ({ run }) => run());
});

describe.each(Object.values(checkSamples).flat())("the check $check.name", (setup) => {
  test.each(checkConformance(setup))("$name", ({ run }) => run());
});

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
