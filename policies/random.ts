import {
  type Choice,
  checkNumber,
  checkText,
  InvalidOptionError,
  type Policy,
  type PolicyContext,
} from "../src/contracts/index.ts";

/** How far from 1 a sum of probabilities may be by rounding, as ten times 0.1 is. */
const tolerance = 1e-9;

/**
 * A lottery: `random({ small: 0.7, large: 0.3 })`, or `random()` for equal shares of all permitted
 * models. Probabilities are in [0, 1] and sum to at most 1; what they leave is "no opinion", so
 * `firstOf(random({ canary: 0.05 }), …)` sends 5 % to the canary.
 *
 * Where a model is not permitted, the other outcomes ("no opinion" is one) keep their ratios:
 * each probability is divided by 1 - P(models not permitted).
 */
export function random(): Policy;
export function random<const Id extends string>(probabilities: Readonly<Record<Id, number>>): Policy<Id>;
export function random<Id extends string>(probabilities?: Readonly<Record<Id, number>>): Policy<Id> {
  return probabilities === undefined ? uniform() : lottery(probabilities);
}

function uniform<Id extends string>(): Policy<Id> {
  const reason = "random, equal shares";
  return {
    name: "random",
    select({ candidates }) {
      const probability = 1 / candidates.length;
      return candidates.map(({ id }) => ({ model: id, reason, probability }));
    },
  };
}

function lottery<Id extends string>(probabilities: Readonly<Record<Id, number>>): Policy<Id> {
  const stated = checkProbabilities(probabilities);
  const sum = stated.reduce((total, [, probability]) => total + probability, 0);
  if (sum > 1 + tolerance)
    throw new InvalidOptionError("random.probabilities", sum, "probabilities that sum to at most 1");

  const noOpinion = sum < 1 - tolerance ? 1 - sum : 0;
  const choices = stated
    // A model of probability 0 is never chosen, so it is no outcome.
    .filter(([, probability]) => probability > 0)
    .map(([model, probability]) => ({ model, reason: `random, share ${probability}`, probability }));

  return {
    name: "random",
    parameters: { probabilities: { ...probabilities } },
    models: stated.map(([model]) => model),
    select({ candidates }) {
      const permitted = permittedOf(choices, candidates);
      if (permitted.length === 0) return undefined;
      if (permitted === choices) return choices;
      const left = permitted.reduce((total, { probability }) => total + probability, noOpinion);
      return permitted.map((choice) => ({ ...choice, probability: choice.probability / left }));
    },
  };
}

/** The choices whose model is a candidate; the same array where all are, which is the usual case. */
function permittedOf<Id extends string, C extends Choice<Id>>(
  choices: readonly C[],
  candidates: PolicyContext<Id>["candidates"],
): readonly C[] {
  const isPermitted = ({ model }: C) => candidates.some(({ id }) => id === model);
  return choices.every(isPermitted) ? choices : choices.filter(isPermitted);
}

function checkProbabilities<Id extends string>(probabilities: Readonly<Record<Id, number>>): [Id, number][] {
  const isObject =
    typeof probabilities === "object" && probabilities !== null && !Array.isArray(probabilities);
  const stated = isObject ? (Object.entries(probabilities) as [Id, number][]) : [];
  if (stated.length === 0)
    throw new InvalidOptionError(
      "random.probabilities",
      probabilities,
      "an object of at least one model and its probability",
    );
  for (const [model, probability] of stated) {
    checkText("random.probabilities, a model,", model);
    checkNumber(`random.probabilities.${model}`, probability, { min: 0, max: 1 });
  }
  return stated;
}
