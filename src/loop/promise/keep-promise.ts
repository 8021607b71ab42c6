import { checkPolicy } from "../../../policies/internal/check-policy.ts";
import { choicesOf, totalOf } from "../../../policies/internal/lottery.ts";
import { describeUse, modelsOf, policiesOf, readsOf, toPolicy } from "../../../policies/internal/nested.ts";
import { type Choice, InvalidOptionError, type Policy, PolicyError } from "../../contracts/index.ts";
import { describePolicy, type OptionTable, readOption, readOptions } from "../../plugin/index.ts";
import { policiesIn } from "../../plugin/policies-in.ts";
import type { LivePromise } from "./promise.ts";
import { type PromiseSnapshot, stateFor } from "./promise-input.ts";
import { promiseReason } from "./promise-reason.ts";

export interface KeepPromiseOptions<Id extends string> {
  readonly promise: Pick<LivePromise, "input">;
  /**
   * Model, or policy, that decides while the promise is broken: the large model, or a threshold that sends more
   * requests to it, see `saferThreshold`.
   */
  readonly otherwise: Id | Policy<Id>;
  /** True if it decides while the promise is at risk as well. Default false. */
  readonly atRisk?: boolean | undefined;
}

export const keepPromiseOptions: OptionTable<KeepPromiseOptions<string>> = {
  promise: { is: "any", expected: "a promise, as createPromise() makes it" },
  otherwise: { is: "any", expected: "a model id or a policy" },
  atRisk: { is: "boolean", default: false },
};

/** Largest distance of a probability from 1 that is rounding. */
const tolerance = 1e-9;

/**
 * Follows the policy while its promise is kept. While it is broken, for all traffic or for the category of the request,
 * `otherwise` decides, until someone renews the promise. It has an opinion where the policy has one; where `otherwise`
 * permits no model, the policy's choice stays. `insteadOf` of the decision holds the plan that the policy wanted.
 *
 * The order of answers is fixed: constraints, hard budgets, tenant cap, broken promise, soft budgets, rollout. So it
 * stands inside `guarded` and around everything else: `guarded(keepPromise(rollout.policy, { … }))`. A router with the
 * policy lets soft limits of budgets wait, and certifies no decision, while the promise is at risk or broken.
 *
 * Throws `InvalidOptionError`, also for a `guarded` inside.
 */
export function keepPromise<const Id extends string, const Other extends string>(
  policy: Policy<Id>,
  options: KeepPromiseOptions<Other>,
): Policy<Id | Other> {
  checkPolicy("keepPromise.policy", policy);
  const { promise, otherwise: use, atRisk } = readOptions("keepPromise", keepPromiseOptions, options);
  readOption({ is: "object", methods: ["create"] }, "keepPromise.promise.input", promise?.input);
  const otherwise = toPolicy<Id | Other>("keepPromise.otherwise", use, "the answer to a broken promise");
  for (const [option, nested] of [["policy", policy] as const, ["otherwise", otherwise] as const])
    for (const { policy: one } of policiesIn(`keepPromise.${option}`, nested))
      if (one.order === "tenant-cap")
        throw new InvalidOptionError(
          `keepPromise.${option}`,
          nested.name,
          `without ${one.name}, which stands outermost: ${one.name}(keepPromise(…)), since a cap of a tenant comes before a broken promise`,
        );
  const { id } = promise.input;
  const inner: Policy<Id | Other> = policy;

  return {
    name: "keepPromise",
    parameters: {
      policy: describePolicy(policy),
      promise: id,
      otherwise: describeUse(use),
      atRisk,
    },
    models: modelsOf([policy, otherwise]),
    reads: readsOf([policy, otherwise, { reads: [promise.input] }]),
    inner: policiesOf([policy, use]),
    order: "promise",
    guards: true,
    select(context) {
      const snapshot = context.inputs[id] as PromiseSnapshot | undefined;
      if (snapshot === undefined)
        throw new PolicyError(
          "keepPromise",
          `reads the input ${id}, which is missing: ask it through a router`,
        );
      const opinion = inner.select(context);
      if (opinion === undefined) return undefined;
      const { state, category } = stateFor(
        snapshot,
        context.request.category ?? context.classification?.category,
      );
      if (state === "kept" || (state === "at-risk" && !atRisk)) return opinion;
      const of = category === undefined ? "" : ` for the category ${category}`;
      const why = `${promiseReason(id)}${state === "broken" ? "broken" : "at risk"}${of}`;
      return answered<Id | Other>(choicesOf(opinion), otherwise.select(context), why);
    },
  };
}

/** Returns the lottery of both: the answer's choices, each instead of one of the policy's. */
function answered<Id extends string>(
  wanted: readonly Choice<Id>[],
  opinion: Choice<Id> | readonly Choice<Id>[] | undefined,
  why: string,
): readonly Choice<Id>[] {
  const answers = opinion === undefined ? [] : choicesOf(opinion);
  const left = 1 - totalOf(answers);
  return wanted.flatMap((choice) => {
    const { model, escalate, probability = 1, reason } = choice;
    const replaced = answers.map(
      (answer): Choice<Id> => ({
        model: answer.model,
        reason: `${why}: ${answer.reason}`,
        probability: probability * (answer.probability ?? 1),
        escalate: answer.escalate,
        expectedCostUsd: answer.expectedCostUsd,
        insteadOf: choice.insteadOf ?? { model, escalate },
      }),
    );
    if (left <= tolerance) return replaced;
    return [
      ...replaced,
      {
        ...choice,
        probability: probability * left,
        reason: `${why}, but its answer is not permitted; ${reason}`,
      },
    ];
  });
}
