import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Choice, Policy, PolicyContext } from "../contracts/index.ts";
import { choiceFields } from "../plugin/choice-fields.ts";
import { copyOf } from "../plugin/copy-of.ts";
import { guardedBy, policiesIn } from "../plugin/policies-in.ts";
import { armedPolicy, armsProblem } from "./armed-policy.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { factsOf } from "./facts-of.ts";
import { policyContexts } from "./policy-contexts.ts";
import { secretText } from "./sample-facts.ts";
import { withoutChance } from "./without-chance.ts";

export interface PolicySetup<Id extends string> {
  readonly policy: Policy<Id>;
  /** Ids of the candidates: those that the policy names, if it names any. */
  readonly models: readonly Id[];
  /**
   * Builds a policy of this kind around the given one. For combinators: with it the suite checks that the given one is
   * declared as `inner`, and that the arms of a comparison, and what it reads, are passed on.
   */
  readonly around?: ((inner: Policy<Id>) => Policy<Id>) | undefined;
}

/**
 * Returns the requirements on every policy, as cases for any test runner:
 *
 *     for (const { name, run } of policyConformance({ policy, models: ["small", "large"] }))
 *       test(name, run);
 *
 * The contexts cover each model on its own and all together, the whole range of complexity and none,
 * sessions and budgets, and requests made to break a parser.
 */
export function policyConformance<const Id extends string>(
  setup: PolicySetup<Id>,
): readonly ConformanceCase[] {
  const { policy } = setup;
  const inputs = inputsOf(policy);
  const contexts = policyContexts(setup.models).map(({ kind, context }) => ({
    kind,
    context: deepFreeze({ ...context, inputs }),
  }));

  const eachChoice = (check: (choice: Choice<Id>, context: PolicyContext<Id>) => void) => {
    for (const { context } of contexts)
      for (const choice of choicesOf(policy.select(context))) check(choice, context);
  };
  const decides = (kind: string) => () => {
    for (const { context } of contexts.filter((one) => one.kind === kind)) policy.select(context);
  };

  const cases: Readonly<Record<string, () => void>> = {
    "has a name": () => {
      assert.ok(typeof policy.name === "string" && policy.name !== "", "name must be a non-empty string");
    },
    "has parameters that survive JSON": () => {
      if (policy.parameters === undefined) return;
      assert.deepEqual(JSON.parse(JSON.stringify(policy.parameters)), policy.parameters);
    },
    "decides with every model permitted": decides("all"),
    "decides with one model permitted": decides("alone"),
    "decides without a classification": decides("unclassified"),
    "decides on requests made to break a parser": decides("hostile"),
    "returns a choice, several or nothing, at once": () => {
      eachChoice((choice) => {
        assert.ok(
          typeof choice === "object" && choice !== null,
          "a choice must be an object (not a promise)",
        );
        assert.equal(typeof choice.model, "string", "choice.model must be a string");
        assert.ok(
          typeof choice.reason === "string" && choice.reason !== "",
          "choice.reason must not be empty",
        );
        const unknown = Object.keys(choice).filter((field) => !choiceFields.choice.includes(field));
        assert.deepEqual(unknown, [], "a choice has fields that a router refuses");
      });
    },
    "names only models that are permitted": () => {
      eachChoice(({ model, escalate = [] }, { candidates }) => {
        for (const id of [model, ...escalate.map(({ to }) => to)])
          assert.ok(
            candidates.some((candidate) => candidate.id === id),
            `${id} was chosen, permitted were ${candidates.map((candidate) => candidate.id).join(", ")}`,
          );
      });
    },
    "gives probabilities in [0, 1] that sum to at most 1": () => {
      for (const { context } of contexts) {
        const probabilities = choicesOf(policy.select(context)).map(({ probability = 1 }) => probability);
        for (const probability of probabilities)
          assert.ok(probability >= 0 && probability <= 1, `probability ${probability} is not in [0, 1]`);
        const sum = probabilities.reduce((total, probability) => total + probability, 0);
        assert.ok(sum <= 1 + 1e-9, `probabilities sum to ${sum}`);
      }
    },
    "gives the same result for the same request, in any order": () => {
      const first = contexts.map(({ context }) => copyOf(opinionOf(policy, context)));
      for (const [index, { context }] of [...contexts.entries()].reverse())
        assert.ok(
          isDeepStrictEqual(opinionOf(policy, context), first[index]),
          "a second call with the same context gave another result: a policy must not keep state",
        );
    },
    "neither draws nor reads the clock": () => {
      withoutChance(() => {
        for (const { context } of contexts) policy.select(context);
      });
    },
    "leaves its input unchanged": () => {
      for (const { context: bare } of policyContexts(setup.models)) {
        const context = { ...bare, inputs: copyOf(inputs) };
        const before = copyOf(context);
        policy.select(context);
        assert.deepEqual(context, before);
      }
    },
    "declares what the router must know: inner, order, guards": () => {
      policiesIn("policy", policy);
    },
    "follows the policy that it guards, or says so in insteadOf": () => {
      const [, guarded] = guardedBy(policy);
      if (guarded === undefined) return;
      for (const { context } of contexts)
        assert.deepEqual(
          wantedPlans(policy.select(context)),
          wantedPlans(guarded.select(context)),
          "a choice is neither that of the guarded policy nor has it as insteadOf",
        );
    },
    "decides as its cut says": () => {
      const { cut } = policy;
      if (cut === undefined) return;
      for (const { context } of contexts) {
        const { candidates, classification } = context;
        const permitted = new Set<string>(candidates.map(({ id }) => id));
        if (classification === undefined || !permitted.has(cut.small) || !permitted.has(cut.large)) continue;
        const model: string = classification.complexity < cut.at ? cut.small : cut.large;
        assert.deepEqual(sharesOf(choicesOf(policy.select(context))), { [model]: 1 });
      }
    },
    "quotes no prompt in a reason": () => {
      eachChoice(({ reason }) => {
        assert.ok(
          !reason.includes(secretText),
          "reasons are logged and must not contain text of the request",
        );
      });
    },
  };
  const { around, models } = setup;
  const nested: Readonly<Record<string, () => void>> =
    around === undefined
      ? {}
      : {
          "declares the policy inside as inner": () => {
            const { policy: inside } = armedPolicy(models);
            assert.ok(
              policiesIn("policy", around(inside)).some(({ policy: one }) => one.name === inside.name),
              "inner must hold the policies that it asks: without them the router cannot hold the order of answers",
            );
          },
          "passes on the arms of a comparison, and what it reads": () => checkArms(around, models),
        };
  return Object.entries({ ...cases, ...nested }).map(([name, check]) => ({ name, run: async () => check() }));
}

function choicesOf<Id extends string>(
  opinion: Choice<Id> | readonly Choice<Id>[] | undefined,
): readonly Choice<Id>[] {
  if (opinion === undefined) return [];
  return Array.isArray(opinion) ? opinion : [opinion as Choice<Id>];
}

/** Each opinion that is made of an inner one with arms has them, and is otherwise the same as without them. */
function checkArms<Id extends string>(
  around: (inner: Policy<Id>) => Policy<Id>,
  models: readonly Id[],
): void {
  const inner = armedPolicy(models);
  const [armed, plain] = [around(inner.policy), around(inner.plain)];
  for (const input of inner.policy.reads ?? [])
    assert.ok(armed.reads?.includes(input), `reads must hold ${input.id}, which the inner policy reads`);
  const inputs = inputsOf(armed);
  for (const { context: bare } of policyContexts(models)) {
    const context = deepFreeze({ ...bare, inputs });
    const before = inner.asked();
    const choices = choicesOf(armed.select(context));
    if (inner.asked() === before || choices.length === 0) continue;
    assert.equal(armsProblem(choices), undefined);
    assert.deepEqual(
      sharesOf(choices),
      sharesOf(choicesOf(plain.select(context))),
      "arms changed the choice",
    );
  }
}

/** Probabilities by the plan that was wanted, whichever was taken. */
function wantedPlans<Id extends string>(
  opinion: Choice<Id> | readonly Choice<Id>[] | undefined,
): Readonly<Record<string, number>> {
  return sharesOf(choicesOf(opinion), ({ insteadOf, ...taken }) => {
    const { model, escalate = [] } = insteadOf ?? taken;
    return JSON.stringify([model, ...escalate.map(({ unless, to }) => [unless.name, to])]);
  });
}

/** Probabilities by model, or by another key, rounded as sums are. */
function sharesOf(
  choices: readonly Choice<string>[],
  keyOf: (choice: Choice<string>) => string = ({ model }) => model,
): Readonly<Record<string, number>> {
  const shares = new Map<string, number>();
  for (const choice of choices) {
    const key = keyOf(choice);
    shares.set(key, (shares.get(key) ?? 0) + (choice.probability ?? 1));
  }
  return Object.fromEntries([...shares].map(([model, sum]) => [model, Number(sum.toFixed(9))]));
}

/** Returns the policy's result as data: checks are functions, so their names stand for them. */
function opinionOf<Id extends string>(policy: Policy<Id>, context: PolicyContext<Id>): unknown {
  return choicesOf(policy.select(context)).map((choice) => ({
    ...choice,
    escalate: choice.escalate?.map(({ unless, to }) => ({ unless: unless.name, to })),
  }));
}

/** Returns what the policy reads, as a new router has it. */
function inputsOf<Id extends string>({ reads = [] }: Policy<Id>): PolicyContext["inputs"] {
  const runtime = {
    classifier: "sample@1",
    now: Date.now,
    monotonic: () => performance.now(),
    emit: () => {},
  };
  return Object.fromEntries(reads.map((input) => [input.id, input.create(runtime).snapshot(factsOf())]));
}
