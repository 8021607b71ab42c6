import {
  type Check,
  type Choice,
  type Escalation,
  InvalidOptionError,
  type Policy,
  type PolicyContext,
} from "../src/contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../src/plugin/index.ts";
import { allOf } from "./checks/all-of.ts";
import { checkKind } from "./checks/internal/check-kind.ts";

export interface CascadeOptions<Id extends string> {
  /** The model that answers first. */
  readonly first: Id;
  /** The model that answers when the previous answer was not accepted, or several in this order. */
  readonly then: Id | readonly Id[];
  /** The check of every answer but the last model's; of several checks all must accept. */
  readonly unless: Check | readonly Check[];
  /**
   * Expected share of accepted answers at each step, in [0, 1]; used only for the expected cost.
   * Default 0.7: an assumption, to be replaced by the share that your attempts show.
   */
  readonly acceptance?: number | undefined;
  /**
   * Complexity in (0, 1] from which the first model is left out, since it is expected to fail. That saves the
   * time of its call more than money: a small model's call is cheap. Default: it always answers first. Without
   * a classification it answers, too.
   */
  readonly skipAt?: number | undefined;
}

export const cascadeOptions: OptionTable<CascadeOptions<string>, "skipAt"> = {
  first: { is: "any", expected: "a model id" },
  // The ids are checked together, since they must differ.
  then: { is: "any", expected: "a model id or an array of at least one" },
  unless: { is: "any", expected: "a check or an array of at least one" },
  acceptance: { is: "share", default: 0.7 },
  skipAt: { is: "share", above: 0, optional: true },
};

/**
 * Answers with a small model, checks the answer and escalates if the check does not accept it. A caller
 * who streams gets nothing before a check has accepted; every call is paid. A model that is not
 * permitted is left out: without `first` the next one starts, and the last permitted one answers
 * unchecked, since none could follow it. No opinion where none is permitted.
 *
 * Expected cost: `Σ cost(i) · (1 - acceptance)^i` over the steps, without the model calls of checks;
 * undefined where the price of a step is not known.
 *
 * With `skipAt` a request whose complexity reaches it begins with the second model; with two models its answer
 * is not checked.
 */
export function cascade<const Id extends string>(options: CascadeOptions<Id>): Policy<Id> {
  const { first, then, acceptance, skipAt, unless: given } = readOptions("cascade", cascadeOptions, options);
  const models: readonly Id[] = [first, ...(isList(then) ? then : [then])];
  if (models.length < 2)
    throw new InvalidOptionError("cascade.then", then, "a model id or an array of at least one");
  readOption({ is: "ids" }, "cascade: models", models);
  const unless = oneCheck(given);

  const steps = models.map((model) => stepOf(model, unless, skipAt));
  const later = steps.slice(1);

  return {
    name: "cascade",
    parameters: { models, unless: unless.name, acceptance, ...(skipAt === undefined ? {} : { skipAt }) },
    models,
    select({ candidates, classification }) {
      const skips =
        skipAt !== undefined &&
        classification !== undefined &&
        classification.complexity >= skipAt &&
        later.some(({ model }) => candidateOf(candidates, model) !== undefined);
      const escalate: Escalation<Id>[] = [];
      let start: Step<Id> | undefined;
      let expectedCostUsd: number | undefined = 0;
      let reached = 1;
      for (const step of skips ? later : steps) {
        const candidate = candidateOf(candidates, step.model);
        if (candidate === undefined) continue;
        if (start === undefined) start = step;
        else escalate.push(step.escalation);
        const cost: number | undefined = candidate.estimatedCostUsd;
        expectedCostUsd =
          cost === undefined || expectedCostUsd === undefined ? undefined : expectedCostUsd + reached * cost;
        reached *= 1 - acceptance;
      }
      if (start === undefined || escalate.length === 0) return skips ? start?.skippedTo : start?.alone;
      const { model, reason, skippedTo } = start;
      return { model, reason: skips ? skippedTo.reason : reason, escalate, expectedCostUsd };
    },
  };
}

/** A model of the cascade, with the parts of its choices that do not depend on the request. */
interface Step<Id extends string> {
  readonly model: Id;
  readonly escalation: Escalation<Id>;
  readonly reason: string;
  readonly alone: Choice<Id>;
  readonly skippedTo: Choice<Id>;
}

function stepOf<Id extends string>(model: Id, unless: Check, skipAt: number | undefined): Step<Id> {
  return {
    model,
    escalation: Object.freeze({ unless, to: model }),
    reason: `first of a cascade, unless ${unless.name} refuses`,
    alone: Object.freeze({ model, reason: "no other model of the cascade is permitted" }),
    skippedTo: Object.freeze({
      model,
      reason: `complexity at or above ${skipAt}: the first model is left out`,
    }),
  };
}

function isList<Id extends string>(then: Id | readonly Id[]): then is readonly Id[] {
  return Array.isArray(then);
}

function candidateOf<Id extends string>(candidates: PolicyContext<Id>["candidates"], model: Id) {
  for (const candidate of candidates) if (candidate.id === model) return candidate;
  return undefined;
}

function oneCheck(unless: Check | readonly Check[]): Check {
  const checks: readonly Check[] = Array.isArray(unless) ? unless : [unless as Check];
  if (checks.length === 0) throw new InvalidOptionError("cascade.unless", unless, "at least one check");
  checks.forEach((check, index) => {
    readOption(checkKind, checks.length === 1 ? "cascade.unless" : `cascade.unless[${index}]`, check);
  });
  return checks.length === 1 ? (checks[0] as Check) : allOf(...checks);
}
