import { type Classifier, checkKeys, InvalidOptionError, type RequestFacts } from "../contracts/index.ts";
import { base64, version } from "./complexity-weights.generated.ts";
import {
  decodeLinearModel,
  type LinearModel,
  scoreOf,
  structureTerm,
  vocabularyTerm,
} from "./linear-model.ts";
import { rank } from "./rank.ts";
import { createFeatureReader, type Features, STRUCTURE } from "./read-features.ts";

export interface ComplexityOptions {
  /** Adds to each classification what its score was made of. Default false. */
  readonly signals?: boolean | undefined;
}

/** Number of strongest contributions among the signals. */
const strongest = 5;

/**
 * The default classifier: a linear model of structure (length, lines, digits, brackets …) and of
 * hashed words and word pairs, trained on recorded answers of small models and on prompts with
 * tiers given by their authors (`evals/train-complexity.ts`). Its complexity is the rank of the score among
 * held-out training prompts. It sorts kinds of tasks; inside one kind it is close to random, and
 * `length()` is often as good, so compare both on your own outcomes.
 *
 * Reads `ask` (at most 4,000 characters of it) and `askCharacters`; of a short follow-up in a
 * conversation also `window`. Scripts other than Latin are judged by structure alone.
 *
 * Throws `InvalidOptionError`.
 */
export function complexity(options: ComplexityOptions = {}): Classifier {
  checkKeys("complexity", options, ["signals"]);
  const { signals = false } = options;
  if (typeof signals !== "boolean") throw new InvalidOptionError("complexity.signals", signals, "a boolean");
  let read: ((facts: RequestFacts) => Features) | undefined;
  return {
    name: "complexity",
    version,
    classify(facts) {
      const model = sharedModel();
      read ??= createFeatureReader();
      const features = read(facts);
      const score = scoreOf(model, features);
      const result = { complexity: rank(score, model.quantiles) };
      return signals ? { ...result, signals: explain(model, features, score) } : result;
    },
  };
}

let decoded: LinearModel | undefined;

/** Decoded at the first use, not at import. */
function sharedModel(): LinearModel {
  decoded ??= decodeLinearModel(Buffer.from(base64, "base64"));
  return decoded;
}

/** The score and its strongest contributions; they add up to it when none is left out. */
function explain(model: LinearModel, features: Features, score: number): Record<string, number> {
  const contributions: [string, number][] = STRUCTURE.map((name, index) => [
    name,
    structureTerm(model, features, index),
  ]);
  contributions.push(["vocabulary", vocabularyTerm(model, features)]);
  contributions.sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  return { score, ...Object.fromEntries(contributions.slice(0, strongest)) };
}
