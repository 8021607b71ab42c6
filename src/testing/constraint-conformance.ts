import assert from "node:assert/strict";
import type { Candidate, Constraint, ConstraintContext, Hop } from "../contracts/index.ts";
import { copyOf } from "../plugin/copy-of.ts";
import { candidateOf } from "./candidate-of.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { policyContexts } from "./policy-contexts.ts";
import { hostileFacts, secretText, usualFacts } from "./sample-facts.ts";
import { withoutChance } from "./without-chance.ts";

export interface ConstraintSetup<Id extends string> {
  readonly constraint: Constraint<Id>;
  /** Ids of the candidates: those that the constraint names, if it names any. Default: two arbitrary ones. */
  readonly models?: readonly Id[] | undefined;
  /**
   * True if the constraint depends on facts of the model, so that a model without known facts must not be
   * permitted for any of the usual requests. Default false.
   */
  readonly failsClosed?: boolean | undefined;
}

const hops: readonly Hop[] = [
  "classify",
  "answer",
  "retry",
  "fallback",
  "cascade",
  "check",
  "hedge",
  "repair",
  "shadow",
  "cache",
];
const now = Date.UTC(2026, 0, 1);

/**
 * Returns the requirements on every constraint, as cases for any test runner:
 *
 *     for (const { name, run } of constraintConformance({ constraint }))
 *       test(name, run);
 */
export function constraintConformance<const Id extends string>(
  setup: ConstraintSetup<Id>,
): readonly ConformanceCase[] {
  const { constraint, models = ["small", "large"] as string[] as Id[] } = setup;
  const usual = deepFreeze(questionsOf(models, usualFacts));
  const hostile = deepFreeze(questionsOf(models, hostileFacts));
  const all = [...usual, ...hostile];
  const ask = ({ candidate, context }: Question<Id>) => constraint.permits(candidate, context);

  const cases: Record<string, () => void> = {
    "has a name": () => {
      assert.ok(typeof constraint.name === "string" && constraint.name !== "", "name must not be empty");
    },
    "answers true or a reason": () => {
      for (const question of usual) checkAnswer(ask(question));
    },
    "answers for requests made to break it": () => {
      for (const question of hostile) checkAnswer(ask(question));
    },
    "gives the same answer for the same model and request, in any order": () => {
      const first = all.map(ask);
      for (const [index, question] of [...all.entries()].reverse()) assert.equal(ask(question), first[index]);
    },
    "refuses every effort of a model that it refuses": () => {
      for (const { candidate, context } of usual) {
        const { id, sameAs = [] } = candidate;
        if (constraint.permits(candidate, context) === true) continue;
        const effort = { ...candidate, id: `${id}@low` as Id, derivedFrom: id, namedBy: [id, ...sameAs] };
        assert.notEqual(
          constraint.permits(effort, context),
          true,
          `${effort.id} gets by, although ${id} is refused: namedBy holds the ids that stand for all efforts`,
        );
      }
    },
    "neither draws nor reads the clock": () => {
      withoutChance(() => {
        for (const question of all) ask(question);
      });
    },
    "leaves its input unchanged": () => {
      for (const question of questionsOf(models, usualFacts)) {
        const before = copyOf(question);
        ask(question);
        assert.deepEqual(question, before);
      }
    },
    "quotes no prompt in a reason": () => {
      for (const question of all)
        assert.ok(
          !String(ask(question)).includes(secretText),
          "reasons are logged and must not contain text of the request",
        );
    },
  };
  if (setup.failsClosed)
    cases["does not permit a model without known facts"] = () => {
      const unknown = models.map((id) => candidateOf(id));
      for (const { candidate, context } of pairs(unknown, usualFacts))
        assert.notEqual(
          constraint.permits(candidate, context),
          true,
          "an unknown model must not be permitted",
        );
    };
  return Object.entries(cases).map(([name, check]) => ({ name, run: async () => check() }));
}

interface Question<Id extends string> {
  readonly candidate: Candidate<Id>;
  readonly context: ConstraintContext;
}

function questionsOf<Id extends string>(
  models: readonly Id[],
  requests: readonly ConstraintContext["request"][],
): readonly Question<Id>[] {
  const candidates = policyContexts(models)
    .filter(({ kind }) => kind === "alone")
    .flatMap(({ context }) => context.candidates);
  return copyOf(pairs(candidates, requests));
}

function pairs<Id extends string>(
  candidates: readonly Candidate<Id>[],
  requests: readonly ConstraintContext["request"][],
): readonly Question<Id>[] {
  return candidates.flatMap((candidate) =>
    requests.flatMap((request) => hops.map((hop) => ({ candidate, context: { request, hop, now } }))),
  );
}

function checkAnswer(answer: unknown): void {
  assert.ok(
    answer === true || (typeof answer === "string" && answer !== ""),
    `permits must return true or a non-empty string, not ${answer === "" ? "an empty one" : String(answer)}`,
  );
}
