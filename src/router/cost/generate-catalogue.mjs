/**
 * Writes catalogue.generated.ts from the offline data of @pydantic/genai-prices and from
 * catalogue-additions.mjs. The same inputs give the same bytes. With `--stdout` it prints instead.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { findProvider } from "@pydantic/genai-prices";
import { models as added, facts, reviewed, serviceTiers } from "./catalogue-additions.mjs";

// Publication dates by version, which the package does not contain.
const published = { "0.1.8": "2026-09-23" };

const providers = [
  "openai",
  "anthropic",
  "google",
  "mistral",
  "deepseek",
  "x-ai",
  "groq",
  "cohere",
  "moonshotai",
  "cerebras",
  "zai",
  "minimax",
  "aws",
];

// Models with input or output other than text in chat, and marketplace variants of others.
const otherKind =
  /audio|realtime|tts|transcribe|whisper|image|live|voice|voxtral|embed|omni|ocr|moderation|computer-use|deep-research|search-preview|guard|:free$|:extended$/;
const completionsOnly = /^(ada|babbage|curie|davinci|text-davinci-.*|gpt-3\.5-turbo-instruct)$/;

function isCurrent(provider, model) {
  if (model.deprecated || completionsOnly.test(model.id)) return false;
  // The endpoint for chat completions of Bedrock serves no model of these makers.
  if (provider === "aws" && /(^|\.)(anthropic|amazon|meta|writer)\.|voxtral/.test(model.id)) return false;
  // Google's cloud also sells Claude, which its chat endpoint for Gemini does not serve.
  if (provider === "google" && !model.id.startsWith("gem")) return false;
  return !otherKind.test(model.id);
}

/** Converts a match rule of the source to name patterns (see `fitsPattern`). */
function patternsOf(rule) {
  if ("or" in rule) return rule.or.flatMap(patternsOf);
  if ("and" in rule) return rule.and.flatMap(patternsOf);
  if ("equals" in rule) return [literal(rule.equals)];
  if ("starts_with" in rule) return [`${literal(rule.starts_with)}*`];
  if ("ends_with" in rule) return [`*${literal(rule.ends_with)}`];
  if ("contains" in rule) return [`*${literal(rule.contains)}*`];
  return fromRegex(rule.regex);
}

function literal(text) {
  if (/[*#!|`\\$]/.test(text)) throw new Error(`the model name ${text} has a reserved character`);
  return text.toLowerCase();
}

function fromRegex(source) {
  if (source === "^(?!.*-[tT][tT][sS](?:$|-))") return ["!*-tts", "!*-tts-*"];
  const digits = source
    .replace(/\\d\{(\d)\}/g, (_, n) => "#".repeat(Number(n)))
    .replaceAll("\\d", "#")
    .replaceAll("\\.", ".");
  const known = /^\^([\w./#-]+)(\$?)$/.exec(digits);
  if (known === null) throw new Error(`the match rule ${source} is not supported`);
  return [`${known[1].toLowerCase()}${known[2] === "$" ? "" : "*"}`];
}

/**
 * Returns the prices in force at a date. Where they vary by the time of day the most expensive ones
 * are used, so that an estimate is an upper bound.
 */
function priceOf(model, date = reviewed) {
  if (!Array.isArray(model.prices)) return model.prices;
  const dated = model.prices.filter(({ constraint: c }) => c?.type !== "time_of_date");
  const base = dated.findLast(({ constraint: c }) => c === undefined || c.start_date <= date);
  const hourly = model.prices
    .slice(model.prices.indexOf(base) + 1)
    .filter(({ constraint: c }) => c?.type === "time_of_date");
  return [base, ...hourly].map(({ prices }) => prices).reduce((a, b) => (rank(b) > rank(a) ? b : a));
}

/** Returns `[from, rates]` of each price that comes into force after `reviewed`. */
function changesOf(model, provider) {
  if (!Array.isArray(model.prices)) return undefined;
  const dates = model.prices.flatMap(({ constraint: c }) =>
    c?.type === "start_date" && c.start_date > reviewed ? [c.start_date] : [],
  );
  return dates.length === 0
    ? undefined
    : dates.map((date) => [date, ratesOf(priceOf(model, date), provider, model.id)]);
}

const rank = (prices) => baseOf(prices.input_mtok) + baseOf(prices.output_mtok);
const baseOf = (value) => (typeof value === "object" ? value.base : (value ?? 0));

/**
 * Returns `[aboveInputTokens, input, output, cached, cacheWrite, cacheWrite1h, audio, cachedAudio]` by tier, in US
 * dollars per million tokens. A bound below 0 is inclusive. The source writes an inclusive one as one token less.
 */
function ratesOf(prices, provider, model) {
  const { input_mtok, output_mtok, cache_read_mtok, cache_write_mtok, cache_write_1h_mtok } = prices;
  if (input_mtok === undefined || output_mtok === undefined) return [];
  // Google's page states a price of sound only where it is not that of text.
  const isSame = provider === "google" && /^gemini-(2\.5|3)/.test(model) && !prices.input_audio_mtok;
  const [audio, cachedAudio] = isSame
    ? [input_mtok, cache_read_mtok]
    : [prices.input_audio_mtok, prices.cache_audio_read_mtok];
  const kinds = [
    input_mtok,
    output_mtok,
    cache_read_mtok,
    cache_write_mtok,
    cache_write_1h_mtok,
    audio,
    cachedAudio,
  ];
  const starts = new Set(kinds.flatMap((value) => value?.tiers?.map(({ start }) => start) ?? []));
  return [0, ...[...starts].sort((a, b) => a - b)].map((start) => {
    const bound = start % 1_000 === 999 ? -(start + 1) : start;
    const row = [bound, ...kinds.map((value) => rateAt(value, start) ?? null)];
    while (row.at(-1) === null) row.pop();
    return row;
  });
}

function rateAt(value, start) {
  if (typeof value !== "object") return value;
  return value.tiers.findLast((tier) => tier.start <= start && start > 0)?.price ?? value.base;
}

/** Returns `[model, names, rates, contextWindow, maxOutputTokens, capabilities, more]` without trailing unknowns. */
function row(
  provider,
  { model, names, rates = [], contextWindow, maxOutputTokens, capabilities, changes, isOwn },
) {
  const tiers = rates.length === 0 ? undefined : serviceTiers[provider]?.find(([of]) => of.test(model))?.[1];
  const more = {
    ...(tiers === undefined ? {} : { s: tiers }),
    ...(changes === undefined ? {} : { c: changes }),
    ...(isOwn ? { a: 1 } : {}),
  };
  const cells = [
    model,
    [...new Set(names)],
    rates,
    contextWindow ?? null,
    maxOutputTokens ?? null,
    capabilities ?? null,
    Object.keys(more).length === 0 ? null : more,
  ];
  while (cells.at(-1) === null) cells.pop();
  return cells;
}

function rowsOf(provider) {
  const source = findProvider({ providerId: provider }).models.filter((model) => isCurrent(provider, model));
  const known = facts[provider] ?? {};
  const find = (id) => {
    const model = source.find((entry) => entry.id === id);
    if (model === undefined) throw new Error(`catalogue-additions: the source has no ${provider}:${id}`);
    return model;
  };
  for (const id of Object.keys(known)) find(id);
  const additions = (added[provider] ?? []).map((entry) => {
    if (entry.priceOf === undefined) return row(provider, { ...entry, isOwn: entry.rates !== undefined });
    const of = find(entry.priceOf);
    const rates = ratesOf(priceOf(of), provider, entry.priceOf);
    return row(provider, { ...entry, rates, changes: changesOf(of, provider) });
  });
  const listed = source.map((model) =>
    row(provider, {
      model: model.id,
      names: patternsOf(model.match),
      rates: ratesOf(priceOf(model), provider, model.id),
      contextWindow: model.context_window,
      changes: changesOf(model, provider),
      ...known[model.id],
    }),
  );
  return [...additions, ...listed].filter((cells) => cells.length > 3 || cells[2].length > 0);
}

const packageFile = new URL("../../../node_modules/@pydantic/genai-prices/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, "utf8"));
if (published[version] === undefined)
  throw new Error(`add the publication date of genai-prices ${version} to published`);

const table = providers.map(
  (provider) =>
    `${JSON.stringify(provider)}:[\n${rowsOf(provider)
      .map((cells) => JSON.stringify(cells))
      .join(",\n")}]`,
);

const text = `// Generated by generate-catalogue.mjs. Do not edit: change catalogue-additions.mjs or the source.
// Prices: @pydantic/genai-prices ${version} (MIT), ${published[version]}. Limits, capabilities and newer models: ${reviewed}.

/** When the catalogue was last reviewed. */
export const reviewed: string = "${reviewed}";

/** Publication date of the package that the prices are from. */
export const pricesDate: string = "${published[version]}";

/** Package, version and publication date of the prices. */
export const source: string = "@pydantic/genai-prices ${version}, ${published[version]}";

/** Rows by provider, as JSON: \`[model, names, rates, contextWindow, maxOutputTokens, capabilities, more]\`. */
export const rows: string = \`{${table.join(",\n")}}\`;
`;

if (process.argv.includes("--stdout")) process.stdout.write(text);
else writeFileSync(new URL("catalogue.generated.ts", import.meta.url), text);
