import { type Choice, InvalidOptionError, type Policy } from "../src/contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../src/plugin/index.ts";
import { isPermitted } from "./internal/is-permitted.ts";

export interface TiersOptions<Id extends string> {
  /** At least two models, from small to large. */
  readonly models: readonly Id[];
  /**
   * Cuts in [0, 1], ascending, one fewer than models: a request whose complexity reaches the first cut
   * goes to the second model or above, and so on. Complexity is a rank, so with `[0.3, 0.7]` the models
   * get about 30, 40 and 30 % of the classifier's reference traffic.
   */
  readonly cuts: readonly number[];
  /** The one of `models` for requests without a classification. Default: the last. */
  readonly otherwise?: NoInfer<Id> | undefined;
}

export const tiersOptions: OptionTable<TiersOptions<string>, "otherwise"> = {
  models: { is: "ids", min: 2, expected: "an array of at least two model ids" },
  cuts: { is: "any", expected: "shares in ascending order, one fewer than models" },
  otherwise: { is: "any", optional: true, expected: "one of models" },
};

/**
 * Sends harder requests to larger models. A model that is not permitted is replaced by the next larger
 * one that is, else by the next smaller one; no opinion where none is permitted.
 */
export function tiers<const Id extends string>(options: TiersOptions<Id>): Policy<Id> {
  const {
    models,
    otherwise = models[models.length - 1] as Id,
    ...read
  } = readOptions("tiers", tiersOptions, options);
  const cuts = checkCuts(read.cuts, models.length);
  const otherwiseTier = models.indexOf(otherwise);
  if (otherwiseTier < 0)
    throw new InvalidOptionError("tiers.otherwise", otherwise, `one of ${models.join(", ")}`);

  const choices = models.map(
    (model, tier): Choice<Id> => Object.freeze({ model, reason: describeTier(cuts, tier) }),
  );
  const unclassified: Choice<Id> = Object.freeze({ model: otherwise, reason: "no classification" });

  return {
    name: "tiers",
    parameters: { models, cuts, otherwise },
    models,
    select({ classification, candidates }) {
      const tier = classification === undefined ? otherwiseTier : tierOf(classification.complexity, cuts);
      const choice = classification === undefined ? unclassified : (choices[tier] as Choice<Id>);
      if (isPermitted(candidates, choice.model)) return choice;
      const isCandidate = (model: Id) => isPermitted(candidates, model);
      const model = models.slice(tier + 1).find(isCandidate) ?? models.slice(0, tier).findLast(isCandidate);
      return model && { model, reason: `${choice.reason}, and ${choice.model} is not permitted` };
    },
  };
}

/** The number of cuts that the complexity reaches. */
function tierOf(complexity: number, cuts: readonly number[]): number {
  let tier = 0;
  while (tier < cuts.length && !(complexity < (cuts[tier] as number))) tier += 1;
  return tier;
}

function describeTier(cuts: readonly number[], tier: number): string {
  const [from, below] = [cuts[tier - 1], cuts[tier]];
  if (from === undefined) return `complexity below ${below}`;
  return below === undefined ? `complexity at or above ${from}` : `complexity in [${from}, ${below})`;
}

function checkCuts(cuts: readonly number[], models: number): readonly number[] {
  if (!Array.isArray(cuts) || cuts.length !== models - 1)
    throw new InvalidOptionError("tiers.cuts", cuts, `an array of ${models - 1}, one fewer than models`);
  return Object.freeze(
    cuts.map((cut, index) => {
      const above = cuts[index - 1];
      const option = `tiers.cuts[${index}]`;
      if (readOption({ is: "share" }, option, cut) <= above)
        throw new InvalidOptionError(option, cut, `above the cut before it, ${above}`);
      return cut;
    }),
  );
}
