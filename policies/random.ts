import { InvalidOptionError, type Policy } from "../src/contracts/index.ts";

const reason = "random, equal shares";

/** Chooses among all permitted models with equal probability. For other shares use `mix`. */
export function random(...none: readonly never[]): Policy {
  if (none.length > 0)
    throw new InvalidOptionError("random", none[0], "called without arguments: mix(…) takes shares");

  return {
    name: "random",
    select({ candidates }) {
      const probability = 1 / candidates.length;
      return candidates.map(({ id }) => ({ model: id, reason, probability }));
    },
  };
}
