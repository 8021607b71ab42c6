import { type Classifier, InvalidOptionError, type RequestFacts } from "../contracts/index.ts";
import { checkKeys } from "../plugin/index.ts";
import { scoreOf, structureTerm } from "./complexity/complexity-model.ts";
import { version } from "./complexity/complexity-weights.generated.ts";
import { shippedModel } from "./complexity/shipped-model.ts";
import { rank } from "./rank.ts";
import { createFeatureReader, type Features, STRUCTURE } from "./read-features.ts";

export interface ComplexityOptions {
  /** True to add the parts of the score to each classification. Default false. */
  readonly signals?: boolean | undefined;
}

/** Number of structural features among the signals. */
const strongest = 4;

/**
 * The default classifier. It predicts how often small models fail at such prompts and which tier people
 * give them, by structure (length, numbers, brackets …) and by words and word pairs. Its complexity is
 * the rank of the score among held-out training prompts. It separates kinds of tasks; inside one kind it
 * is close to random, and `length()` is often as good, so compare both on your own outcomes. Results,
 * limits and known failures: `complexity/README.md`.
 *
 * Reads `ask` (at most 4,000 characters of it), `tools`, `images`, `jsonSchema` and `turns`; for a short
 * follow-up in a conversation also `window`. Unknown words count only as structure; with `signals`,
 * `known` is the share of words and pairs that were known.
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
    categories: [],
    classify(facts) {
      const model = shippedModel();
      read ??= createFeatureReader();
      const features = read(facts);
      const parts = scoreOf(model, features);
      const result = { complexity: rank(parts.score, model.quantiles) };
      if (!signals) return result;
      const { score, outcomes, tiers, known } = parts;
      const share = features.bucketCount === 0 ? 0 : known / features.bucketCount;
      return { ...result, signals: { score, outcomes, tiers, known: share, ...structureSignals(features) } };
    },
  };
}

/** The contributions of the strongest structural features to the outcomes head. */
function structureSignals({ structure }: Features): Record<string, number> {
  const head = shippedModel().outcomes;
  const terms = STRUCTURE.map((name, index) => [name, structureTerm(head, structure, index)] as const);
  return Object.fromEntries([...terms].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, strongest));
}
