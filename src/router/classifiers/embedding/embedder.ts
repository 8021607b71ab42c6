import { InvalidOptionError, type Labels, type ModelFacts, type Price } from "../../../contracts/index.ts";
import { checkPrice, checkText } from "../../../plugin/index.ts";

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

export const embedderKeys: readonly string[] = ["embed", "provider", "model", "name", "labels", "price"];

/** Returns the facts that constraints see. Throws `InvalidOptionError`. */
export function embedderFacts(owner: string, embedder: Embedder): ModelFacts {
  const { provider = "embedding", model = "custom", labels = {}, price } = embedder;
  if (typeof embedder.embed !== "function")
    throw new InvalidOptionError(`${owner}.embed`, embedder.embed, "a function");
  checkText(`${owner}.provider`, provider);
  checkText(`${owner}.model`, model);
  const name = checkText(`${owner}.name`, embedder.name ?? `${provider}:${model}`);
  if (typeof labels !== "object" || labels === null || Array.isArray(labels))
    throw new InvalidOptionError(`${owner}.labels`, labels, "an object whose values are strings");
  for (const [label, value] of Object.entries(labels))
    if (typeof value !== "string")
      throw new InvalidOptionError(`${owner}.labels.${label}`, value, "a string");
  if (price !== undefined) checkPrice(`${owner}.price`, price);
  // A frozen copy, because constraints depend on labels.
  return { name, provider, model, labels: Object.freeze({ ...labels }), price };
}

/** Returns both forms of an answer as an `EmbedAnswer`. */
export function readAnswer(answer: Vectors | EmbedAnswer): EmbedAnswer {
  return Array.isArray(answer) ? { vectors: answer } : (answer as EmbedAnswer);
}
