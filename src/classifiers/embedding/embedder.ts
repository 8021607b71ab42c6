import { InvalidOptionError, type Labels, type ModelFacts, type Price } from "../../contracts/index.ts";
import { checkPrice, checkText } from "../../plugin/index.ts";

export type Vectors = readonly (readonly number[])[];

export interface EmbedAnswer {
  /** One for each text, in their order. */
  readonly vectors: Vectors;
  /** Of all texts together, as the endpoint counted them. Default: estimated. */
  readonly inputTokens?: number | undefined;
  /** The model that the endpoint says has answered. */
  readonly servedModel?: string | undefined;
}

/** Turns texts into vectors of one length. Should reject with `ProviderError`. */
export type Embed = (
  texts: readonly string[],
  options: { readonly signal: AbortSignal },
) => Promise<Vectors | EmbedAnswer>;

/** An embedding model: how it is called, and what constraints see of it. */
export interface Embedder {
  readonly embed: Embed;
  /** Default `embedding`. */
  readonly provider?: string | undefined;
  /** The model as its provider calls it. Default `custom`. */
  readonly model?: string | undefined;
  /** Default `provider:model`. */
  readonly name?: string | undefined;
  /**
   * Also of a local function: a boundary refuses what has no label. Default `{}`.
   */
  readonly labels?: Labels | undefined;
  /** Absent: looked up in the catalogue, else not known, which constraints on cost refuse. */
  readonly price?: Price | undefined;
}

export const embedderKeys: readonly string[] = ["embed", "provider", "model", "name", "labels", "price"];

/** What constraints see. Throws `InvalidOptionError`. */
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
  // A copy: constraints rest on labels.
  return { name, provider, model, labels: Object.freeze({ ...labels }), price };
}

/** Both forms of an answer as one. */
export function readAnswer(answer: Vectors | EmbedAnswer): EmbedAnswer {
  return Array.isArray(answer) ? { vectors: answer } : (answer as EmbedAnswer);
}
