import * as checks from "../../policies/checks/index.ts";
import * as policies from "../../policies/index.ts";
import type { Policy, StepKind } from "../../src/contracts/index.ts";
import { partialLottery } from "./partial-lottery.ts";

export type PolicySampleId = "small" | "large";
type Id = PolicySampleId;
const split = policies.threshold({ small: "small", large: "large", at: 0.5 });

type Around = (inner: Policy<Id>) => Policy<Id>;
const neverAccepts = () => false;

/** Combinators by file name: they build a policy around another one. */
export const combinatorSamples: Readonly<Record<string, readonly Around[]>> = {
  "by-task": [
    (inner) => policies.byTask({ tasks: { code: inner }, otherwise: "small" }),
    (inner) => policies.byTask({ tasks: { code: "large" }, otherwise: inner }),
  ],
  explore: [(inner) => policies.explore(0.2, inner), (inner) => policies.explore(1, inner)],
  "first-of": [
    (inner) => policies.firstOf(inner, policies.always("small")),
    (inner) => policies.firstOf(partialLottery({ small: 0.25 }), inner),
  ],
  guarded: [
    (inner) => policies.guarded(inner),
    (inner) => capped(policies.guarded(policies.firstOf(escalating(inner)))),
    (inner) => capped(policies.guarded(inner)),
  ],
  housekeeping: [
    (inner) => policies.housekeeping("small", inner),
    (inner) => atStep("housekeeping", policies.housekeeping("small", inner)),
    (inner) => atStep("summary", policies.housekeeping("small", inner)),
  ],
  mix: [
    (inner) =>
      policies.mix([
        { weight: 0.4, use: "large" },
        { weight: 0.6, use: inner },
      ]),
    (inner) =>
      policies.mix([
        { weight: 0.5, use: policies.when(neverAccepts, inner) },
        { weight: 0.5, use: inner },
      ]),
  ],
  override: [(inner) => policies.override({ label: "flag", values: { on: "large" }, otherwise: inner })],
  rules: [(inner) => policies.rules([{ if: { maxTurns: 1_000 }, use: inner }])],
  "spill-over": [
    (inner) => policies.spillOver({ from: "small", to: "large", above: { waitMs: 500 } }, inner),
  ],
  sticky: [
    (inner) => policies.sticky(inner),
    (inner) => policies.sticky(inner, { idleResetMs: 0 }),
    (inner) => policies.sticky(inner, { usdPerGoodAnswer: 1_000, minGain: 0 }),
  ],
  when: [(inner) => policies.when(({ request }) => request.turns >= 0, inner)],
};

/** Shows a policy each request as a step of an agent. */
function atStep(kind: StepKind, policy: Policy<Id>): Policy<Id> {
  return {
    ...policy,
    select: (context) => policy.select({ ...context, request: { ...context.request, step: { kind } } }),
  };
}

/** Adds a step to each choice. */
function escalating(inner: Policy<Id>): Policy<Id> {
  const unless = { name: "never", accepts: neverAccepts };
  return {
    ...inner,
    select(context) {
      const opinion = inner.select(context);
      const choices = Array.isArray(opinion) ? opinion : [opinion];
      return choices.flatMap((one) =>
        one === undefined
          ? []
          : [{ ...one, escalate: [{ unless, to: context.candidates[0]?.id ?? one.model }] }],
      );
    },
  };
}

/** Makes the guard's verdict: the unit is capped. */
function capped(guard: Policy<Id>): Policy<Id> {
  return {
    ...guard,
    select: (context) =>
      guard.select({
        ...context,
        inputs: { ...context.inputs, escalation: { capped: true, share: 1, usual: 0.3 } },
      }),
  };
}

/** Samples of each policy by file name, one for each form. */
export const policySamples: Readonly<Record<string, readonly Policy<Id>[]>> = {
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
    policies.cascade({ first: "small", then: "large", unless: checks.notRefused(), skipAt: 0.7 }),
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
  guarded: [
    policies.guarded(split),
    policies.guarded(policies.explore(0.2, split), { by: "session", large: "large", usual: 0.3, cap: false }),
    policies.guarded(policies.cascade({ first: "small", then: "large", unless: checks.notRefused() }), {
      by: { label: "user" },
      usualOf: { constructor: 0.5 },
    }),
  ],
  housekeeping: [policies.housekeeping("small", split), policies.housekeeping("small")],
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
  "spill-over": [policies.spillOver({ from: "small", to: "large", above: { waitMs: 500 } }, split)],
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
