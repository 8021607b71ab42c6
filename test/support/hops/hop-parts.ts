import { boundary, except, maxCost, only } from "../../../policies/constraints/index.ts";
import type { Candidate, Choice, Hop, HopContext, ModelFacts } from "../../../src/contracts/index.ts";
import type { Check, Constraint, Policy } from "../../../src/index.ts";
import { factsOf } from "../../../src/testing/index.ts";
import type { ModelScript, Rule, Scenario, UseScript } from "./hop-scenarios.ts";

/** Milliseconds per step of the world. */
export const stepMs = 10;
/** Name of a model that the router does not have. */
export const judgeName = "fake:judge";
export const idOf = (index: number): string => `m${index}`;

export interface RawConstraint {
  readonly constraint: Constraint;
  /** True if the constraint gives the same answer when it is evaluated again. */
  readonly pure: boolean;
}

/** Creates the constraint of a rule; `world.step` counts the events so far. */
export function constraintOf(
  rule: Rule,
  scenario: Scenario,
  world: { readonly step: number },
): RawConstraint {
  const count = scenario.models.length;
  const ids = (targets: readonly number[]) => [...new Set(targets.map((target) => idOf(target % count)))];
  const targeted = (target: number) => (target >= count ? judgeName : idOf(target));
  const pure = (constraint: Constraint) => ({ constraint, pure: true });
  switch (rule.kind) {
    case "zone":
      return pure(boundary({ label: "zone", required: rule.zones }));
    case "only":
      return pure(only(...ids(rule.targets)));
    case "except":
      return pure(except(...ids(rule.targets)));
    case "max-cost":
      return pure(maxCost({ usd: rule.usd }));
    case "hop":
      return pure({
        name: "hop",
        permits: ({ id }, { hop }) => id !== targeted(rule.target) || hop !== rule.hop || "not at this hop",
      });
    case "moment":
      return pure({
        name: "moment",
        permits: ({ id }, { now }) =>
          id !== targeted(rule.target) || (now / stepMs) % 2 !== Number(rule.odd) || "not now",
      });
    case "throws":
      return pure({
        name: "throws",
        permits({ id }) {
          if (id === targeted(rule.target) && world.step % 2 === Number(rule.odd))
            throw new Error("as scripted");
          return true;
        },
      });
    case "count": {
      let questions = 0;
      const permits = () => {
        questions += 1;
        return questions % rule.every !== 0 || "once in a while";
      };
      return { constraint: { name: "count", permits }, pure: false };
    }
  }
}

/** Returns the answer of a constraint, or its error as the reason. */
export function answerOf(constraint: Constraint, candidate: Candidate, hop: Hop, now: number): true | string {
  try {
    return constraint.permits(candidate, { request: factsOf(), hop, now });
  } catch {
    return "it throws";
  }
}

/** Creates the policy of a script; its checks use their hops through `usesHop`. */
export function policyOf(
  { policy: { kind, index, steps }, models }: Scenario,
  usesHop: (script: UseScript, hop: HopContext) => Promise<boolean>,
  wrap: (index: number) => number,
): Policy<string> {
  const named = (at: number) => idOf(wrap(at));
  const checkOf = (script: UseScript, at: number): Check => ({
    name: `scripted-${at}`,
    accepts: (_, __, hop) => usesHop(script, hop),
  });
  return {
    name: kind,
    select({ candidates }) {
      const chosen = (at: number) => (candidates[at % candidates.length] as Candidate).id;
      const pick = kind === "honest" || kind === "lottery" ? chosen : named;
      const choice: Choice<string> = {
        model: pick(index),
        reason: kind,
        escalate: steps.map((step, at) => ({ unless: checkOf(step.check, at), to: pick(step.index) })),
      };
      if (kind === "lottery")
        return candidates.map(({ id }) => ({ ...choice, model: id, probability: 1 / candidates.length }));
      if (kind === "adds-candidates") {
        const others = models.map((_, at) => ({ ...(candidates[0] as Candidate), id: idOf(at) }));
        (candidates as Candidate[]).push(...others);
      }
      if (kind === "changes-its-mind") {
        let reads = 0;
        return {
          ...choice,
          get model() {
            reads += 1;
            return reads === 1 ? chosen(index) : named(index);
          },
        };
      }
      return choice;
    },
  };
}

export function factsOfModel(script: ModelScript, name: string): ModelFacts {
  return {
    name,
    provider: "fake",
    model: name,
    labels: script.zone === undefined ? {} : { zone: script.zone },
    ...(script.usd === undefined
      ? {}
      : {
          price: { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0, usdPerRequest: script.usd },
        }),
    ...(script.narrow ? { contextWindow: 10 } : {}),
    ...(script.tools === undefined ? {} : { capabilities: { tools: script.tools } }),
  };
}
