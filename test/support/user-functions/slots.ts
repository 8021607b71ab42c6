import { agreement, allOf, anyOf, jsonSchema, judge, toolArguments } from "../../../policies/checks/index.ts";
import { boundary, safetyFloor } from "../../../policies/constraints/index.ts";
import {
  always,
  byTask,
  cascade,
  explore,
  firstOf,
  mix,
  override,
  rules,
  sticky,
  threshold,
  tiers,
  when,
} from "../../../policies/index.ts";
import type {
  Check,
  Classifier,
  Constraint,
  EventSink,
  HopContext,
  Model,
  Policy,
  RouteRequest,
} from "../../../src/contracts/index.ts";
import type { createRouter } from "../../../src/index.ts";
import { calibrated, complexity, ensemble, near } from "../../../src/router/classifiers/index.ts";
import { anthropic } from "../../../src/router/providers/anthropic.ts";
import { google } from "../../../src/router/providers/google.ts";
import { openai } from "../../../src/router/providers/openai.ts";
import { openaiCompatible } from "../../../src/router/providers/openai-compatible.ts";
import { fakeModel } from "../../../src/testing/index.ts";

type Id = "small" | "large";
/** A function of a user, of any type that an option asks for. */
// biome-ignore lint/suspicious/noExplicitAny: it stands for functions of all types, and misbehaves in each.
type Given = any;

export interface Setting {
  readonly options?: Partial<Omit<Parameters<typeof createRouter>[0], "models">>;
  readonly models?: Partial<Record<Id, Model>>;
  readonly request?: Partial<Exclude<RouteRequest<Id>, string>>;
  readonly sink?: EventSink;
}

const policyOf = (select: Given): Policy<Id> => ({ name: "mine", models: ["small", "large"], select });
const classifierOf = (classify: Given): Classifier => ({ name: "mine", version: "1", classify });
const constraintOf = (permits: Given): Constraint<Id> => ({ name: "mine", permits });
const checkOf = (accepts: Given): Check => ({ name: "mine", accepts });
const byPolicy = (policy: Policy<Id>): Setting => ({ options: { policy } });
const byConstraint = (constraint: Constraint<Id>): Setting => ({ options: { constraints: [constraint] } });
const byClassifier = (classifier: Classifier): Setting => ({
  options: { classifier, policy: threshold({ small: "small", large: "large", at: 0.5 }) },
});
const byCheck = (check: Check): Setting =>
  byPolicy(cascade({ first: "small", then: "large", unless: check }));
const small = (changed: Partial<Model>): Setting => ({
  models: { small: { ...fakeModel({ model: "s" }), ...changed } },
});
const standard = (validate: Given) => ({ "~standard": { version: 1 as const, vendor: "mine", validate } });
const tool = (parameters: object) =>
  ({ type: "function" as const, function: { name: "f", parameters } }) as never;
const callsTools = fakeModel({
  model: "s",
  answer: {
    toolCalls: [
      { id: "1", type: "function", function: { name: "f", arguments: '{"a":"aaa"}' } },
      { id: "2", type: "function", function: { name: "unknown", arguments: "{}" } },
    ],
  },
});
const saysJson = fakeModel({ model: "s", answer: "{}" });
const iterating = (iterator: Partial<AsyncIterator<unknown>>) =>
  ({ stream: () => ({ [Symbol.asyncIterator]: () => iterator }) }) as unknown as Partial<Model>;

/** Every place at which a user can hand the library a function. */
export const slots: Readonly<Record<string, (given: Given) => Setting>> = {
  "policy.select": (given) => byPolicy(policyOf(given)),
  "policy.reads.snapshot": (given) =>
    byPolicy({ ...always("small"), reads: [{ id: "mine", create: () => ({ snapshot: given }) }] }),
  "policy.reads.observe": (given) =>
    byPolicy({
      ...always("small"),
      reads: [{ id: "mine", create: () => ({ snapshot: () => 1, observe: given }) }],
    }),
  "policy.reads.create": (given) => byPolicy({ ...always("small"), reads: [{ id: "mine", create: given }] }),
  "firstOf(policy)": (given) => byPolicy(firstOf(policyOf(given), always("large"))),
  "mix(policy)": (given) =>
    byPolicy(
      mix([
        { weight: 0.5, use: policyOf(given) },
        { weight: 0.5, use: policyOf(given) },
      ]),
    ),
  "explore(policy)": (given) => byPolicy(explore(0.5, policyOf(given))),
  "sticky(policy)": (given) => ({ ...byPolicy(sticky(policyOf(given))), request: { session: "s" } }),
  "override(policy)": (given) =>
    byPolicy(override({ label: "l", values: { v: policyOf(given) }, otherwise: "large" })),
  "byTask(policy)": (given) => byPolicy(byTask({ tasks: { c: policyOf(given) }, otherwise: "large" })),
  "tiers after a rule": (given) =>
    byPolicy(
      firstOf(rules([{ if: given, use: "small" }]), tiers({ models: ["small", "large"], cuts: [0.5] })),
    ),
  "when(condition)": (given) => byPolicy(firstOf(when(given, always("small")), always("large"))),
  "when(…, policy)": (given) =>
    byPolicy(
      firstOf(
        when(() => true, policyOf(given)),
        always("large"),
      ),
    ),
  "rules.use": (given) => byPolicy(rules([{ if: () => true, use: policyOf(given) }])),
  "constraint.permits": (given) => byConstraint(constraintOf(given)),
  "request.constraints": (given) => ({ request: { constraints: [constraintOf(given)] } }),
  "boundary.required": (given) => byConstraint(boundary({ label: "l", required: given })),
  "safetyFloor.when": (given) => byConstraint(safetyFloor({ when: given, forbid: ["small"] })),
  coalesce: (given) => ({ options: { coalesce: given } }),
  "classifier.classify": (given) => byClassifier(classifierOf(given)),
  "ensemble(classifier)": (given) =>
    byClassifier(ensemble([{ classifier: classifierOf(given) }, { classifier: classifierOf(given) }])),
  "near.first": (given) =>
    byClassifier(near({ first: classifierOf(given), second: complexity(), around: 0.5, margin: 1 })),
  "near.second": (given) =>
    byClassifier(near({ first: complexity(), second: classifierOf(given), around: 0.5, margin: 1 })),
  "calibrated(classifier)": (given) =>
    byClassifier(calibrated(classifierOf(given), { "fake:s": { kind: "identity" } })),
  "a model that a classifier asks": (given) =>
    byClassifier(
      classifierOf(async (_: unknown, hop: HopContext) => {
        const asked = fakeModel({ model: "asked" });
        await hop.generate({ ...asked, generate: given }, { messages: [{ role: "user", content: "?" }] });
        return { complexity: 0.1 };
      }),
    ),
  "a model that a classifier asks and does not wait for": (given) =>
    byClassifier(
      classifierOf((_: unknown, hop: HopContext) => {
        const asked = fakeModel({ model: "asked" });
        void hop.generate({ ...asked, generate: given }, { messages: [{ role: "user", content: "?" }] });
        void hop.call(asked, "text", given);
        return { complexity: 0.1 };
      }),
    ),
  "check of a cascade": (given) => byCheck(checkOf(given)),
  "check for degraded answers": (given) => ({ options: { execution: { degraded: [checkOf(given)] } } }),
  "anyOf(check)": (given) => byCheck(anyOf(checkOf(given), checkOf(given))),
  "allOf(check)": (given) => byCheck(allOf(checkOf(given), checkOf(given))),
  "a check that asks again and does not wait": (given) =>
    byCheck(
      checkOf((_: unknown, __: unknown, hop: HopContext) => {
        void hop.again?.();
        return given();
      }),
    ),
  "jsonSchema(Standard Schema)": (given) => ({
    ...byCheck(jsonSchema(standard(given))),
    models: { small: saysJson },
  }),
  "toolArguments(Standard Schema)": (given) => ({
    ...byCheck(toolArguments({ tools: [tool(standard(given))] })),
    models: { small: callsTools },
  }),
  "judge.model": (given) => byCheck(judge({ model: { ...fakeModel({ model: "j" }), generate: given } })),
  "agreement.model": (given) =>
    byCheck(agreement({ model: { ...fakeModel({ model: "j" }), generate: given } })),
  onEvent: (given) => ({ options: { onEvent: given } }),
  "onEvent.close": (given) => ({ options: { onEvent: Object.assign(() => {}, { close: given }) } }),
  "observe(sink)": (given) => ({ sink: given }),
  "observe(sink).close": (given) => ({ sink: Object.assign(() => {}, { close: given }) }),
  clock: (given) => ({ options: { clock: given } }),
  random: (given) => ({ options: { random: given, policy: mix({ small: 0.5, large: 0.5 }) } }),
  newId: (given) => ({ options: { newId: given } }),
  "model.generate": (given) => small({ generate: given }),
  "model.stream": (given) => small({ stream: given }),
  "model.stream[Symbol.asyncIterator]": (given) =>
    small({ stream: () => ({ [Symbol.asyncIterator]: given }) as never }),
  "model.stream().next": (given) => small(iterating({ next: given })),
  "model.stream().return": (given) =>
    small(iterating({ next: async () => Promise.reject(new Error("next")), return: given })),
  "model.stream() of misbehaving chunks": (given) =>
    small(iterating({ next: async () => ({ done: false, value: await given() }) })),
  "model.health": (given) => small({ health: given }),
  "openai.apiKey": (given) => ({ models: { small: openai("gpt-x", { apiKey: given }) as Model } }),
  "openai.fetch": (given) => ({ models: { small: openai("gpt-x", { apiKey: "k", fetch: given }) as Model } }),
  "anthropic.apiKey": (given) => ({ models: { small: anthropic("claude-x", { apiKey: given }) as Model } }),
  "google.apiKey": (given) => ({ models: { small: google("gemini-x", { apiKey: given }) as Model } }),
  "openaiCompatible.fetch": (given) => ({
    models: {
      small: openaiCompatible("m", { baseUrl: "http://127.0.0.1:1/v1", apiKey: "k", fetch: given }) as Model,
    },
  }),
};
