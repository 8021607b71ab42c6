import type { Choice } from "../../src/contracts/index.ts";

/** What a policy returns: a choice, several with probabilities, or nothing. */
export type Opinion<Id extends string> = Choice<Id> | readonly Choice<Id>[] | undefined;

/** How far from 1 a sum of probabilities may be by rounding, as ten times 0.1 is. */
export const tolerance = 1e-9;

/** An opinion as a lottery. */
export function choicesOf<Id extends string>(
  opinion: Choice<Id> | readonly Choice<Id>[],
): readonly Choice<Id>[] {
  return Array.isArray(opinion) ? opinion : [opinion as Choice<Id>];
}

/** The opinion with each of its choices changed. */
export function mapChoices<Id extends string>(
  opinion: Opinion<Id>,
  change: (choice: Choice<Id>) => Choice<Id>,
): Opinion<Id> {
  if (opinion === undefined) return undefined;
  return Array.isArray(opinion) ? opinion.map(change) : change(opinion as Choice<Id>);
}

/** P(the lottery has an opinion). */
export function totalOf(choices: readonly Choice[]): number {
  let total = 0;
  for (const { probability = 1 } of choices) total += probability;
  return total;
}

/** The lottery with each probability times `factor`. */
export function scaled<Id extends string>(choices: readonly Choice<Id>[], factor: number): Choice<Id>[] {
  return choices.map(({ model, reason, probability = 1, escalate, expectedCostUsd }) => ({
    model,
    reason,
    probability: probability * factor,
    escalate,
    expectedCostUsd,
  }));
}
