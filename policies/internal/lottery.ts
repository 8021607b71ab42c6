import { type Choice, PolicyError } from "../../src/contracts/index.ts";
import { dropPromises } from "../../src/plugin/index.ts";

/** A policy's result: a choice, several with probabilities, or nothing. */
export type Opinion<Id extends string> = Choice<Id> | readonly Choice<Id>[] | undefined;

/** Largest distance from 1 that rounding may give a sum of probabilities, such as ten times 0.1. */
export const tolerance = 1e-9;

/** Returns an opinion as a lottery. */
export function choicesOf<Id extends string>(
  opinion: Choice<Id> | readonly Choice<Id>[],
): readonly Choice<Id>[] {
  refusePromises(opinion);
  return Array.isArray(opinion) ? opinion : [opinion as Choice<Id>];
}

/** Throws `PolicyError` where a promise would be lost in the opinion that is made of this one. */
function refusePromises(opinion: unknown): void {
  const isLost = (one: unknown): boolean =>
    one instanceof Promise || typeof (one as Choice | null | undefined)?.probability === "object";
  if (Array.isArray(opinion) ? !opinion.some(isLost) : !isLost(opinion)) return;
  dropPromises(opinion);
  throw new PolicyError("nested in another one", "returned a promise: select() must not be async");
}

/** Applies `change` to each choice of the opinion. */
export function mapChoices<Id extends string>(
  opinion: Opinion<Id>,
  change: (choice: Choice<Id>) => Choice<Id>,
): Opinion<Id> {
  if (opinion === undefined) return undefined;
  refusePromises(opinion);
  return Array.isArray(opinion) ? opinion.map(change) : change(opinion as Choice<Id>);
}

/** The probability that the lottery has an opinion. */
export function totalOf(choices: readonly Choice[]): number {
  let total = 0;
  for (const { probability = 1 } of choices) total += probability;
  return total;
}

/** Multiplies each probability of the lottery by `factor`. */
export function scaled<Id extends string>(choices: readonly Choice<Id>[], factor: number): Choice<Id>[] {
  return choices.map(({ model, reason, probability = 1, escalate, expectedCostUsd, insteadOf, arms }) => ({
    model,
    reason,
    probability: probability * factor,
    escalate,
    expectedCostUsd,
    ...(insteadOf !== undefined && { insteadOf }),
    ...(arms !== undefined && { arms }),
  }));
}
