import { type Choice, InvalidOptionError, type Policy, PolicyError } from "../src/contracts/index.ts";
import { type OptionTable, readOption, readOptions } from "../src/plugin/index.ts";
import { choicesOf, scaled, tolerance, totalOf } from "./internal/lottery.ts";
import {
  describeUse,
  type ModelOrPolicy,
  modelsOf,
  policiesOf,
  readsOf,
  toExplainedPolicy,
} from "./internal/nested.ts";

/** A share of the requests, and the model or policy that gets it. */
export interface MixPart<Id extends string> {
  /** The share, in [0, 1]. */
  readonly weight: number;
  readonly use: ModelOrPolicy<Id>;
}

export const mixPartOptions: OptionTable<MixPart<string>> = {
  weight: { is: "share" },
  use: { is: "any", expected: "a model or a policy" },
};

/**
 * A lottery over models, `mix({ small: 0.9, large: 0.1 })`, or over models and policies,
 * `mix([{ weight: 0.95, use: proven }, { weight: 0.05, use: "canary" }])`. Weights are in [0, 1] and
 * sum to 1.
 *
 * A part without an opinion (for example a model that is not permitted) leaves its share to the others,
 * in proportion: `P(choice) = weight · P(choice | part) / Σ weight · P(part has an opinion)`.
 */
export function mix<const Id extends string>(parts: readonly MixPart<Id>[]): Policy<Id>;
export function mix<const Id extends string>(weights: Readonly<Record<Id, number>>): Policy<Id>;
export function mix<Id extends string>(
  given: readonly MixPart<Id>[] | Readonly<Record<Id, number>>,
): Policy<Id> {
  const parts = isList(given) ? given.map(checkPart) : partsOfWeights(given);
  const sum = parts.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > tolerance) throw new InvalidOptionError("mix", sum, "weights that sum to 1");
  const policies = parts.map(({ weight, use, option }) => toExplainedPolicy(option, use, `share ${weight}`));

  return {
    name: "mix",
    parameters: { parts: parts.map(({ weight, use }) => ({ weight, use: describeUse(use) })) },
    models: modelsOf(policies),
    reads: readsOf(policies),
    inner: policiesOf(parts.map(({ use }) => use)),
    select(context) {
      const lottery: Choice<Id>[] = [];
      let given = 0;
      for (const [index, { weight }] of parts.entries()) {
        const policy = policies[index] as Policy<Id>;
        // A part of weight 0 is never chosen, even where no other part has an opinion.
        const opinion = weight === 0 ? undefined : policy.select(context);
        if (opinion === undefined) continue;
        const choices = choicesOf(opinion);
        const total = totalOf(choices);
        // Scaling would hide a sum that is wrong.
        if (!(total >= 0 && total <= 1 + tolerance))
          throw new PolicyError(
            policy.name,
            `returned probabilities that sum to ${total}, not within [0, 1]`,
          );
        given += weight * total;
        lottery.push(...scaled(choices, weight));
      }
      if (given === 0) return undefined;
      return Math.abs(given - 1) <= tolerance ? lottery : scaled(lottery, 1 / given);
    },
  };
}

type NamedPart<Id extends string> = MixPart<Id> & { readonly option: string };

function isList<Id extends string>(
  given: readonly MixPart<Id>[] | Readonly<Record<Id, number>>,
): given is readonly MixPart<Id>[] {
  return Array.isArray(given);
}

function checkPart<Id extends string>(part: MixPart<Id>, index: number): NamedPart<Id> {
  const option = `mix[${index}]`;
  return { ...readOptions(option, mixPartOptions, part), option: `${option}.use` };
}

function partsOfWeights<Id extends string>(weights: Readonly<Record<Id, number>>): NamedPart<Id>[] {
  if (typeof weights !== "object" || weights === null)
    throw new InvalidOptionError("mix", weights, "an object of weights by model, or an array of parts");
  return (Object.entries(weights) as [Id, number][]).map(([model, weight]) => {
    return {
      weight: readOption({ is: "share" }, `mix.${model}`, weight),
      use: model,
      option: "mix, a model,",
    };
  });
}
