import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as constraints from "../../policies/constraints/index.ts";
import * as policies from "../../policies/index.ts";
import type { Constraint, Policy } from "../../src/contracts/index.ts";
import { constraintConformance, policyConformance } from "../../src/testing/index.ts";

type Id = "small" | "large";
const models = ["small", "large"] as const;

/** Each policy by file name, in the forms that differ. */
const policySamples: Readonly<Record<string, readonly Policy<Id>[]>> = {
  always: [policies.always("small")],
  "first-of": [
    policies.firstOf(policies.always("small"), policies.always("large")),
    policies.firstOf(
      policies.random({ small: 0.05 }),
      policies.threshold({ small: "small", large: "large", at: 0.5 }),
    ),
    policies.firstOf(policies.firstOf(policies.random({ small: 0.2, large: 0.3 })), policies.random()),
  ],
  random: [
    policies.random(),
    policies.random({ small: 0.7, large: 0.3 }),
    policies.random({ small: 0.1, large: 0.2 }),
    policies.random({ small: 0, large: 0 }),
  ],
  threshold: [
    policies.threshold({ small: "small", large: "large", at: 0.5 }),
    policies.threshold({ small: "small", large: "large", at: 1, otherwise: "small" }),
  ],
};

/** Each constraint by file name. */
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

describe.each([
  { folder: "policies", door: policies, samples: policySamples },
  { folder: "policies/constraints", door: constraints, samples: constraintSamples },
])("$folder", ({ folder, door, samples }) => {
  const names = readdirSync(new URL(`../../${folder}/`, import.meta.url))
    .filter((file) => file.endsWith(".ts") && file !== "index.ts")
    .map((file) => file.slice(0, -".ts".length));

  test.each(names)("%s is exported by the index", (name) => {
    expect(Object.keys(door)).toContain(camelCase(name));
  });

  test("every file is run through the conformance suite", () => {
    expect(Object.keys(samples).sort()).toEqual(names.sort());
  });
});

describe.each(Object.values(policySamples).flat())("the policy $name $parameters", (policy) => {
  test.each(policyConformance({ policy, models }))("$name", ({ run }) => run());
});

/** Those that rest on facts of the model for every request. */
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

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
