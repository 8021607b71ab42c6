import type { Labels, ModelFacts, Price } from "../../../contracts/index.ts";
import { checkPrice, type FilledOptions, type OptionTable } from "../../../plugin/index.ts";

export type Vectors = readonly (readonly number[])[];

export interface EmbedAnswer {
  /** Vectors, one for each text and in the order of the texts. */
  readonly vectors: Vectors;
  /** Input tokens of all texts together, as the endpoint counted them. Default: estimated. */
  readonly inputTokens?: number | undefined;
  /** The model that answered, as the endpoint states it. */
  readonly servedModel?: string | undefined;
}

/** Turns texts into vectors of equal length. Should reject with `ProviderError`. */
export type Embed = (
  texts: readonly string[],
  options: { readonly signal: AbortSignal },
) => Promise<Vectors | EmbedAnswer>;

/** An embedding model: the function that calls it, and the facts that constraints see. */
export interface Embedder {
  readonly embed: Embed;
  /** Name of the provider. Default `embedding`. */
  readonly provider?: string | undefined;
  /** The provider's name of the model. Default `custom`. */
  readonly model?: string | undefined;
  /** Name of the embedding model. Default `provider:model`. */
  readonly name?: string | undefined;
  /** Labels. A local function needs them too: a boundary refuses an embedder without its label. Default `{}`. */
  readonly labels?: Labels | undefined;
  /** Price. Default: looked up in the catalogue; if not found, unknown, which constraints on cost refuse. */
  readonly price?: Price | undefined;
}

type Open = "name" | "price";

export const embedderOptions: OptionTable<Embedder, Open> = {
  embed: { is: "function" },
  provider: { is: "text", default: "embedding" },
  model: { is: "text", default: "custom" },
  name: { is: "text", optional: true },
  labels: {
    is: "record",
    of: { is: "text", empty: true, expected: "a string" },
    default: {},
    expected: "an object whose values are strings",
  },
  price: { is: "checked", check: checkPrice, optional: true, expected: "a price" },
};

/** Returns the facts that constraints see. */
export function embedderFacts(embedder: FilledOptions<Embedder, Open>): ModelFacts {
  const { provider, model, name = `${provider}:${model}`, labels, price } = embedder;
  // A frozen copy, because constraints depend on labels.
  return { name, provider, model, labels: Object.freeze({ ...labels }), price };
}

/** Returns both forms of an answer as an `EmbedAnswer`. */
export function readAnswer(answer: Vectors | EmbedAnswer): EmbedAnswer {
  return Array.isArray(answer) ? { vectors: answer } : (answer as EmbedAnswer);
}
