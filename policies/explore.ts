import type { Candidate, Policy } from "../src/contracts/index.ts";
import { describePolicy, type OptionTable, readOption, readOptions } from "../src/plugin/index.ts";
import { checkPolicy } from "./internal/check-policy.ts";
import { choicesOf, scaled, totalOf } from "./internal/lottery.ts";

export interface ExploreOptions<Id extends string> {
  /** The models to explore. Default: all permitted ones. */
  readonly among?: readonly Id[] | undefined;
  /** Lowest expected quality of a model to explore, in [0, 1]; excludes models of unknown quality. Default: no floor. */
  readonly floor?: number | undefined;
}

export const exploreOptions: OptionTable<ExploreOptions<string>, "among" | "floor"> = {
  among: { is: "ids", optional: true },
  floor: { is: "share", optional: true },
};

/**
 * Chooses a permitted model uniformly at random with probability `epsilon`, else follows the policy.
 * `P(model) = (1 - epsilon) · P(model | policy) + epsilon / models explored`, so
 * `explore(0.2, mix({ small: 0.9, large: 0.1 }))` sends 0.8 · 0.1 + 0.1 = 18 % to `large`.
 *
 * `epsilon` is in [0, 1]. It has an opinion where the policy has one, with the same probability.
 */
export function explore<const Id extends string>(
  epsilon: number,
  policy: Policy<Id>,
  options: ExploreOptions<Id> = {},
): Policy<Id> {
  readOption({ is: "share" }, "explore.epsilon", epsilon);
  checkPolicy("explore.policy", policy);
  const { among, floor } = readOptions("explore", exploreOptions, options);

  const ids = among && new Set<string>(among);
  const isExplored = ({ id, estimatedQuality }: Candidate<Id>) =>
    (ids === undefined || ids.has(id)) &&
    (floor === undefined || (estimatedQuality !== undefined && estimatedQuality >= floor));
  const reason = `exploration, ${epsilon} of the requests`;

  return {
    name: "explore",
    parameters: {
      epsilon,
      policy: describePolicy(policy),
      ...(among && { among: [...among] }),
      ...(floor !== undefined && { floor }),
    },
    reads: policy.reads,
    inner: [policy],
    models: [...new Set([...(policy.models ?? []), ...(among ?? [])])],
    select(context) {
      const opinion = policy.select(context);
      if (opinion === undefined || epsilon === 0) return opinion;
      const explored = context.candidates.filter(isExplored);
      if (explored.length === 0) return opinion;
      const choices = choicesOf(opinion);
      const probability = (epsilon * totalOf(choices)) / explored.length;
      return [
        ...scaled(choices, 1 - epsilon),
        ...explored.map(({ id }) => ({ model: id, reason, probability })),
      ];
    },
  };
}
