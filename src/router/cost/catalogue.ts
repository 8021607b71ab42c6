import type { Capabilities, ModelFacts, Price } from "../../contracts/index.ts";
import { readName } from "../../plugin/read-name.ts";
import { reviewed, rows, source } from "./catalogue.generated.ts";
import { type Line, type Row, readLines, readRow } from "./catalogue-rows.ts";
import { capabilitiesOf, priceOf } from "./facts-of-row.ts";
import { fitsPatterns } from "./fits-pattern.ts";
import { known } from "./known.ts";
import { timesFactor } from "./times-factor.ts";

/** The catalogue's facts of a model. Unknown facts are absent, never guessed. */
export interface CatalogueEntry {
  /** Name in the catalogue, `provider:model`. */
  readonly name: string;
  readonly price?: Price | undefined;
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly capabilities?: Capabilities | undefined;
}

/** Date of the catalogue's last review, as `YYYY-MM-DD`. */
export const catalogueDate: string = reviewed;

/** Source of the prices: package, version and publication date. */
export const catalogueSource: string = source;

const sameModelsAs: Readonly<Record<string, string>> = {
  azure: "openai",
  bedrock: "aws",
  vertex: "google",
  xai: "x-ai",
  moonshot: "moonshotai",
  dashscope: "alibaba",
  together_ai: "together",
  fireworks_ai: "fireworks",
};
const longestName = 200;

let parsed: ReadonlyMap<string, readonly Line[]> | undefined;

/**
 * Looks up a model by its provider's name: first as given, then with its date in the other notation
 * (`-20250807`, `-2025-08-07`), then without its date, so that a snapshot that is not listed gets the facts
 * of its model. An effort or a version that follows the name (`gpt-5@high`) makes no other model of it.
 * `region` is that of a model on Vertex AI.
 */
export function lookUpModel(provider: string, model: string, region?: string): CatalogueEntry | undefined {
  if (model.length > longestName) return undefined;
  const owner = Object.hasOwn(sameModelsAs, provider) ? sameModelsAs[provider] : provider;
  if (owner === undefined) return undefined;
  const name = plainName(provider, model);
  return lookUp(owner, name) ?? lookUpResold(provider, model, region);
}

function lookUp(owner: string, name: string): CatalogueEntry | undefined {
  const lines = linesOf(owner);
  if (lines === undefined) return undefined;
  for (const spelling of spellingsOf(name)) {
    const line = lines.find(({ names }) => fitsPatterns(spelling, names));
    if (line !== undefined) return entryOf(`${owner}:${line.model}`, readRow(line));
  }
  return undefined;
}

function linesOf(owner: string): readonly Line[] | undefined {
  parsed ??= readLines(rows);
  return parsed.get(owner);
}

/** Regions before the name of a profile of Bedrock. `global` stays: its prices are others. */
const regionOfProfile = /^(?:.*\/)?(?:(?:us|us-gov|eu|apac|au|jp|in|ca|sa)\.)?/;

function plainName(provider: string, model: string): string {
  const name = model.trim().toLowerCase();
  if (provider === "bedrock") return name.replace(regionOfProfile, "");
  if (provider === "vertex") return name.replace(/^google\//, "");
  if (provider.startsWith("fireworks")) return name.replace(/^accounts\/fireworks\/(?:models|routers)\//, "");
  return name.replace(/^models\//, "");
}

/** Models of Claude whose price is the same in all regions. Later ones cost a tenth more than by global profiles. */
const sameEverywhere = /:claude-(?:3|opus-4-[01]|sonnet-4-0)/;
const regionalFactor = 1.1;

/**
 * Looks up a model of Anthropic or OpenAI that a platform sells: by the maker's facts, at its price by global profiles, and
 * a tenth more in a region. Sources: platform.claude.com/docs/en/about-claude/pricing, LiteLLM's table for OpenAI's.
 */
function lookUpResold(
  provider: string,
  model: string,
  region: string | undefined,
): CatalogueEntry | undefined {
  const found =
    provider === "bedrock"
      ? /^(global\.)?(anthropic|openai)\.(.+?)(?:-v\d+(?::\d+)?)?$/.exec(plainName(provider, model))
      : provider === "vertex" && /^()(?:anthropic\/)?()(claude-.+)$/.exec(plainName(provider, model));
  if (!found) return undefined;
  const [, global = "", maker, name = ""] = found;
  const own = lookUp(maker || "anthropic", name);
  if (own === undefined) return undefined;
  const isGlobal = global !== "" || region === "global" || sameEverywhere.test(own.name);
  const { price } = own;
  const { serviceTiers: _, ...terms } = price ?? {};
  const { jsonSchema, ...others } = own.capabilities ?? {};
  return {
    name: `${provider === "bedrock" ? "aws" : "google"}:${global}${maker || "anthropic"}.${own.name.slice(own.name.indexOf(":") + 1)}`,
    ...known({
      price: price && timesFactor(terms as Price, isGlobal ? 1 : regionalFactor),
      contextWindow: own.contextWindow,
      maxOutputTokens: own.maxOutputTokens,
      // Whether OpenAI's models there follow a schema is not known.
      capabilities: maker === "openai" ? others : own.capabilities,
    }),
  };
}

/** Looks up a model by its name, `provider:model[@effort][#version]`. */
export function lookUpName(name: string): CatalogueEntry | undefined {
  const { provider, model } = readName(name);
  return lookUpModel(provider, model);
}

/** True if the catalogue lists models of the provider. */
export function isListedProvider(provider: string): boolean {
  const owner = Object.hasOwn(sameModelsAs, provider) ? sameModelsAs[provider] : provider;
  return owner !== undefined && linesOf(owner) !== undefined;
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
  const entry = lookUpModel(provider, model.model, labels["region"]);
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
      speaks: model.speaks,
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

function entryOf(name: string, row: Row): CatalogueEntry {
  return {
    name,
    ...known({
      price: priceOf(row),
      contextWindow: row.contextWindow,
      maxOutputTokens: row.maxOutputTokens,
      capabilities: row.capabilities === "" ? undefined : capabilitiesOf(row.capabilities),
    }),
  };
}
