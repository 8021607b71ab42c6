import type {
  Capabilities,
  ModelFacts,
  Price,
  PriceTerms,
  Rates,
  ServiceTierPrice,
  UnstackedPart,
} from "../../contracts/index.ts";
import { readName } from "../../plugin/read-name.ts";
import { pricesDate, reviewed, rows, source } from "./catalogue.generated.ts";
import { fitsPatterns } from "./fits-pattern.ts";
import { modelApiOf } from "./model-api.ts";

/** The catalogue's facts of a model. Unknown facts are absent, never guessed. */
export interface CatalogueEntry {
  /** Name in the catalogue, `provider:model`. */
  readonly name: string;
  readonly price?: Price | undefined;
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly capabilities?: Capabilities | undefined;
  /** `responses`: OpenAI's chat completions refuse the model, or its tools. Absent: they do not, as far as is known. */
  readonly api?: "responses" | undefined;
}

/** Date of the catalogue's last review, as `YYYY-MM-DD`. */
export const catalogueDate: string = reviewed;

/** Source of the prices: package, version and publication date. */
export const catalogueSource: string = source;

/** A row `[model, name patterns, rates by tier, context window, output limit, capabilities, more]`. */
type Row = readonly [
  string,
  readonly string[],
  readonly RateRow[],
  (number | null)?,
  (number | null)?,
  (string | null)?,
  More?,
];
/** Classes of service, later prices as `[from, rates by tier]`, and 1 if the price is not of the package. */
interface More {
  readonly s?: Readonly<Record<string, TierRow>>;
  readonly c?: readonly (readonly [string, readonly RateRow[]])[];
  readonly a?: 1;
}
/** A factor or `[input, output, cached input]`, and letters of the parts that keep the standard price. */
type TierRow = readonly [number | readonly [number, number, number], string?];
/**
 * A row `[above input tokens, input, output, cached input, cache write, the same for an hour, audio, cached audio]`,
 * rates in USD per million tokens. A bound below 0 is inclusive.
 */
type RateRow = readonly [
  number,
  number,
  number,
  (number | null)?,
  (number | null)?,
  (number | null)?,
  (number | null)?,
  (number | null)?,
];

const sameModelsAs: Readonly<Record<string, string>> = {
  azure: "openai",
  bedrock: "aws",
  vertex: "google",
  xai: "x-ai",
};
const longestName = 200;

let parsed: Readonly<Record<string, readonly Row[]>> | undefined;

/**
 * Looks up a model by its provider's name: first as given, then with its date in the other notation
 * (`-20250807`, `-2025-08-07`), then without its date, so that a snapshot that is not listed gets the facts
 * of its model. An effort or a version that follows the name (`gpt-5@high`) makes no other model of it.
 */
export function lookUpModel(provider: string, model: string): CatalogueEntry | undefined {
  if (model.length > longestName) return undefined;
  parsed ??= JSON.parse(rows) as Record<string, readonly Row[]>;
  const owner = Object.hasOwn(sameModelsAs, provider) ? sameModelsAs[provider] : provider;
  const models = owner !== undefined && Object.hasOwn(parsed, owner) ? parsed[owner] : undefined;
  if (models === undefined) return undefined;
  const name = model
    .trim()
    .toLowerCase()
    .replace(provider === "vertex" ? /^google\// : /^models\//, "");
  for (const spelling of spellingsOf(name)) {
    const row = models.find(([, patterns]) => fitsPatterns(spelling, patterns));
    if (row !== undefined) return entryOf(`${owner}:${row[0]}`, row, modelApiOf(owner, spelling));
  }
  return undefined;
}

/** Looks up a model by its name, `provider:model[@effort][#version]`. */
export function lookUpName(name: string): CatalogueEntry | undefined {
  const { provider, model } = readName(name);
  return lookUpModel(provider, model);
}

/** True if the catalogue lists models of the provider. */
export function isListedProvider(provider: string): boolean {
  parsed ??= JSON.parse(rows) as Record<string, readonly Row[]>;
  return Object.hasOwn(
    parsed,
    Object.hasOwn(sameModelsAs, provider) ? (sameModelsAs[provider] as string) : provider,
  );
}

const compactDate = /-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/;
const finalDate = /-20\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/;

function spellingsOf(name: string): readonly string[] {
  const { model } = readName(`:${name}`);
  const names = model === name ? [name] : [name, model];
  return names.flatMap((one) => [one, one.replace(compactDate, "-$1-$2-$3"), one.replace(finalDate, "")]);
}

/**
 * Completes a model's facts from the catalogue. The caller's facts win, field by field, and for
 * capabilities key by key; a price is one field.
 */
export function completeFacts(model: ModelFacts): ModelFacts {
  const { name, provider, labels } = model;
  const entry = lookUpModel(provider, model.model);
  const capabilities = { ...entry?.capabilities, ...known(model.capabilities) };
  return {
    name,
    provider,
    model: model.model,
    labels,
    ...known({
      effort: model.effort,
      endpoint: model.endpoint,
      // What others take for the model says nothing about own GPUs.
      price: model.price ?? (model.gpu === undefined && isPricedAt(model) ? entry?.price : undefined),
      gpu: model.gpu,
      contextWindow: model.contextWindow ?? entry?.contextWindow,
      maxOutputTokens: model.maxOutputTokens ?? entry?.maxOutputTokens,
      capabilities: Object.keys(capabilities).length > 0 ? capabilities : undefined,
      assumeCapabilities: model.assumeCapabilities,
    }),
  };
}

/**
 * True if the catalogue's price holds where the model is. Bedrock's are those of the United States and of global
 * profiles; other regions have others, which it does not know.
 */
function isPricedAt({ provider, labels }: ModelFacts): boolean {
  return provider !== "bedrock" || /^(?:us|global)(?:-(?!gov)|$)/.test(labels["region"] ?? "");
}

/** Drops the keys whose value is `undefined`. */
function known<T extends object>(fields: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

function entryOf(name: string, row: Row, api: CatalogueEntry["api"]): CatalogueEntry {
  const [, , rates, contextWindow, maxOutputTokens, capabilities, more = {}] = row;
  return {
    name,
    ...known({
      price: priceOf(rates, more),
      contextWindow: contextWindow ?? undefined,
      maxOutputTokens: maxOutputTokens ?? undefined,
      capabilities: capabilities ? capabilitiesOf(capabilities) : undefined,
      api,
    }),
  };
}

const ownSource = "the providers' pages";

function priceOf(rates: readonly RateRow[], { s, c, a }: More): Price | undefined {
  const terms = termsOf(rates, s);
  if (terms === undefined) return undefined;
  const changes = c?.flatMap(([from, later]) => {
    const of = termsOf(later, s);
    return of === undefined ? [] : [{ from, ...of }];
  });
  return {
    ...terms,
    ...(changes === undefined ? {} : { changes }),
    source: a === 1 ? ownSource : source,
    checkedOn: a === 1 ? reviewed : pricesDate,
  };
}

function termsOf([base, ...above]: readonly RateRow[], services: More["s"]): PriceTerms | undefined {
  if (base === undefined) return undefined;
  const tiers = above.map((row) => ({
    aboveInputTokens: Math.abs(row[0]),
    ...(row[0] < 0 ? { inclusive: true } : {}),
    ...ratesOf(row),
  }));
  return {
    ...ratesOf(base),
    ...(tiers.length > 0 ? { tiers } : {}),
    ...(services === undefined ? {} : { serviceTiers: serviceTiersOf(services) }),
  };
}

const partLetters: readonly (readonly [string, UnstackedPart])[] = [
  ["l", "longContext"],
  ["c", "cachedInput"],
];

function serviceTiersOf(services: NonNullable<More["s"]>): Readonly<Record<string, ServiceTierPrice>> {
  return Object.fromEntries(
    Object.entries(services).map(([name, [price, letters = ""]]): [string, ServiceTierPrice] => {
      const apart = partLetters.flatMap(([letter, part]) => (letters.includes(letter) ? [part] : []));
      const of = typeof price === "number" ? { factor: price } : { rates: ratesOf([0, ...price]) };
      // An account whose standing class is another one says so in the model's defaults.
      return [name, { ...of, ...(apart.length > 0 ? { doesNotStackWith: apart } : {}), reserve: "asked" }];
    }),
  );
}

function ratesOf([, input, output, cached, write, write1h, audio, cachedAudio]: RateRow): Rates {
  return {
    usdPerMillionInputTokens: input,
    usdPerMillionOutputTokens: output,
    ...known({
      usdPerMillionCachedInputTokens: cached ?? undefined,
      usdPerMillionCacheWriteTokens: write ?? undefined,
      usdPerMillionCacheWrite1hTokens: write1h ?? undefined,
      usdPerMillionAudioInputTokens: audio ?? undefined,
      usdPerMillionCachedAudioInputTokens: cachedAudio ?? undefined,
    }),
  };
}

/** Reads capabilities: a capital letter means yes, a small one no, an absent one unknown. */
function capabilitiesOf(letters: string): Capabilities {
  const read = (letter: string): boolean | undefined => {
    if (letters.includes(letter)) return true;
    return letters.includes(letter.toLowerCase()) ? false : undefined;
  };
  return known({ tools: read("T"), images: read("I"), jsonSchema: read("J"), reasoning: read("R") });
}
