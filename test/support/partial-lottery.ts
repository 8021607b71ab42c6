import type { Policy } from "../../src/contracts/index.ts";

/**
 * Creates a policy as a user might write it: these shares for the permitted models, no opinion for the
 * rest.
 */
export function partialLottery<const Id extends string>(shares: Readonly<Record<Id, number>>): Policy<Id> {
  const choices = (Object.entries(shares) as [Id, number][]).map(([model, probability]) => ({
    model,
    reason: `partial lottery, share ${probability}`,
    probability,
  }));
  return {
    name: "partialLottery",
    parameters: { shares },
    models: choices.map(({ model }) => model),
    select: ({ candidates }) => choices.filter(({ model }) => candidates.some(({ id }) => id === model)),
  };
}
