import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as checks from "../../policies/checks/index.ts";
import * as constraints from "../../policies/constraints/index.ts";
import * as policies from "../../policies/index.ts";
import type { Check, Constraint } from "../../src/contracts/index.ts";
import { policiesIn } from "../../src/plugin/policies-in.ts";
import { policyHash } from "../../src/router/decide/policy-hash.ts";
import {
  checkConformance,
  constraintConformance,
  fakeModel,
  policyConformance,
} from "../../src/testing/index.ts";
import { combinatorSamples, type PolicySampleId, policySamples } from "../support/policy-samples.ts";

type Id = PolicySampleId;
const models = ["small", "large"] as const;

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
  "starts-within": [
    constraints.startsWithin({ p95FirstTokenMs: 200 }),
    constraints.startsWithin({ p95FirstTokenMs: 500, unknown: "refuse" }),
  ],
  "max-cost": [constraints.maxCost({ usd: 0.0002 })],
  only: [constraints.only("small")],
  "provider-tools": [constraints.providerTools(), constraints.providerTools({ allow: ["web_search"] })],
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
    agree: [
      { check: checks.agree({ with: fakeModel({ model: "other" }) }), calls: 1 },
      { check: checks.agree({ with: fakeModel({ model: "other" }), by: "text", temperature: 1 }), calls: 1 },
    ],
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
    logprob: [
      { check: checks.logprob({ min: -0.1 }) },
      { check: checks.logprob({ min: -0.1, otherwise: checks.numericAnswer() }) },
    ],
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
    "valid-output": [{ check: checks.validOutput() }],
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

const combinators = Object.entries(combinatorSamples).flatMap(([file, list]) =>
  list.map((around, at) => ({ what: `${file} ${at + 1}`, around })),
);

describe.each(combinators)("the combinator $what", ({ around }) => {
  const policy = around(policies.threshold({ small: "small", large: "large", at: 0.5 }));
  test.each(policyConformance({ policy, models, around }))("$name", ({ run }) => run());
});

test("own policies declare all policies that their parameters hold", () => {
  for (const policy of Object.values(policySamples).flat()) {
    const held = JSON.stringify(policy.parameters ?? {}).match(/"name":"(?!escalation|notRefused)/g) ?? [];
    expect(policiesIn("policy", policy).length - 1, JSON.stringify(policy)).toBe(held.length);
  }
});

test("the parameters of own policies stay the same: hashes of landed tunings rest on them", () => {
  const hashes = Object.entries(policySamples).map(([file, list]) => [file, list.map(policyHash).join(" ")]);
  expect(Object.fromEntries(hashes)).toMatchInlineSnapshot(`
    {
      "always": "73642c36ad8b",
      "budget-aware": "6ecd879f7c7c fceec9bcb390",
      "by-task": "367c966d4b42 ade78c07a230",
      "cascade": "3ad49eafd64c e7ec8c806169 afd5e91f761f",
      "cheapest-above": "93a337818c4e 851cc3947f3a 97807cc121dd",
      "explore": "fd73f43415c4 05cc9df287fd 64b7e0c5248b",
      "first-of": "02209ab42a08 1cea1369368f 3129606f6ad6",
      "guarded": "e6c989062c60 d345aad1e531 89bb96e90b00",
      "mix": "43982bf8f854 868569981082 a27387238910",
      "override": "39d446d55f7a cfce27274c58",
      "random": "8bc4f0c38147",
      "rules": "9fbc36da9154",
      "spill-over": "28567afcb65c",
      "sticky": "d441052179f7 9b3b6115da1d ef4756134c35",
      "threshold": "8ecbb20c331b 8cbfa72c56fc b1e0716aaf8f",
      "tiers": "e6574ee5f85e 0441774a92df",
      "utility": "6bf9f0ccf375 eae6389273aa",
      "when": "b553904c719f",
    }
  `);
});

test("every policy that holds policies is checked as a combinator", () => {
  const holders = Object.entries(policySamples).flatMap(([file, list]) =>
    list.some(({ inner }) => inner !== undefined) ? [file] : [],
  );
  expect(Object.keys(combinatorSamples).sort()).toEqual(holders.sort());
});

/** Constraints that need facts of the model for every request. */
const closed: ReadonlySet<Constraint<Id>> = new Set(
  [
    constraintSamples["boundary"]?.[0],
    constraintSamples["starts-within"]?.[1],
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
