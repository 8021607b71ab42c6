import { test } from "vitest";
import { type OutcomeRecord, replay } from "../../evals/index.ts";
import { only } from "../../policies/constraints/index.ts";
import { firstOf, random, threshold } from "../../policies/index.ts";
import type { Classifier, Constraint } from "../../src/contracts/index.ts";

const records: OutcomeRecord[] = [];
const models = ["mixtral", "gpt-4"] as const;
const classifier: Classifier = { name: "fixed", version: "1", classify: () => ({ complexity: 0.5 }) };
const policy = threshold({ small: "mixtral", large: "gpt-4", at: 0.5 });
const inEurope: Constraint = {
  name: "europe",
  permits: ({ facts }) => facts.labels["residency"] === "eu" || "not in the EU",
};

test("a replay needs names of models, no models", () => {
  void replay(records, { models, policy, classifier });
  void replay(records, { models: ["mixtral", "gpt-4"], policy: firstOf(random(), policy), classifier });
  void replay(records, { models, policy, classifier, constraints: [inEurope, only("mixtral")] });
  void replay(records, { models, policy, classifier, constraints: [inEurope] });
});

test("names that are known at run time only are strings", () => {
  const names: string[] = [];
  void replay(records, { models: names, policy, classifier });
});

test("a wrong name does not compile", () => {
  const wrong = threshold({ small: "mixtrl", large: "gpt-4", at: 0.5 });
  // @ts-expect-error
  void replay(records, { models, policy: wrong, classifier });
  // @ts-expect-error
  void replay(records, { models, policy: firstOf(policy, wrong), classifier });
  // @ts-expect-error
  void replay(records, { models, policy, classifier, constraints: [only("mixtrl")] });
});
