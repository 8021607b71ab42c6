import type { Classifier, RequestFacts } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { emptyScore, scoreOf, structureTerm } from "./complexity/complexity-model.ts";
import { version } from "./complexity/complexity-version.generated.ts";
import { createPromptReader, type PromptFeatures } from "./complexity/read-prompt.ts";
import { shippedModel } from "./complexity/shipped-model.ts";
import { rank } from "./rank.ts";
import { STRUCTURE } from "./read-features.ts";

export interface ComplexityOptions {
  /** True to add the parts of the score to each classification. Default false. */
  readonly signals?: boolean | undefined;
}

export const complexityOptions: OptionTable<ComplexityOptions> = {
  signals: { is: "boolean", default: false, expected: "a boolean" },
};

/** Number of structural features among the signals. */
const strongest = 4;

/**
 * The default classifier. Where a prompt looks like an exam question it predicts how often small models fail;
 * elsewhere it rates what is asked, by its words and structure, whatever the length of the text around it.
 * Its complexity is the rank of the score among realistic traffic: at 0.7 about 30 % of such traffic goes up, and
 * exam questions almost always. It separates kinds of tasks; inside one kind it is close to random, and
 * `length()` is often as good, so compare both on your own outcomes. Results, limits and known failures:
 * `complexity/README.md`.
 *
 * Reads `ask` without its framing (at most 4,000 characters of it), `tools`, `images`, `jsonSchema` and
 * `turns`; for a short ask in a conversation also `window`. Unknown words count only as structure; with
 * `signals`, `known` is the share of what is asked (words, pairs, first letters of long words) that was known.
 *
 * Throws `InvalidOptionError`.
 */
export function complexity(options: ComplexityOptions = {}): Classifier {
  const { signals } = readOptions("complexity", complexityOptions, options);
  let read: ((facts: RequestFacts) => PromptFeatures) | undefined;
  const parts = emptyScore();
  return {
    name: "complexity",
    version,
    categories: [],
    classify(facts) {
      const model = shippedModel();
      read ??= createPromptReader();
      const features = read(facts);
      scoreOf(model, features, signals, parts);
      const result = { complexity: rank(parts.score, model.quantiles) };
      if (!signals) return result;
      const { known, ...values } = parts;
      const share = features.askedCount === 0 ? 0 : known / features.askedCount;
      return { ...result, signals: { ...values, known: share, ...structureSignals(features) } };
    },
  };
}

/** The contributions of the strongest structural features to the outcomes head. */
function structureSignals({ structure }: PromptFeatures): Record<string, number> {
  const head = shippedModel().outcomes;
  const terms = STRUCTURE.map(
    (name, index) => [name, structureTerm(head, structure[index] as number, index)] as const,
  );
  return Object.fromEntries([...terms].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, strongest));
}
