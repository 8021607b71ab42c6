/**
 * Writes catalogue.generated.ts from the offline data of @pydantic/genai-prices, from catalogue-additions.mjs, and for
 * what both lack from the reduced copy of LiteLLM's table. The same inputs give the same bytes. With `--stdout` it prints
 * instead.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { findProvider } from "@pydantic/genai-prices";
import {
  models as added,
  cheaperHours,
  efforts,
  facts,
  fromTable,
  requestFees,
  reviewed,
  searchFees,
  serviceTiers,
} from "./catalogue-additions.mjs";
import { readTable } from "./litellm/read-table.mjs";
import { loadSource } from "./load-source.mjs";

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
  "perplexity",
  "together",
  "fireworks",
  "alibaba",
];
/** Hosts of whose open models the source lists few that are still served. */
const tableOnly = ["perplexity", "together", "fireworks", "alibaba"];

// Models with input or output other than text in chat, and marketplace variants of others.
const otherKind =
  /audio|realtime|tts|transcribe|whisper|image|live|voice|voxtral|embed|omni|ocr|moderation|computer-use|deep-research|search-preview|guard|:free$|:extended$/;
/** Sound, models that are no longer served, and those of makers whose own rows hold there (see `lookUpModel`). */
const notOfBedrock =
  /sonic|voxtral|anthropic\.|openai\.gpt-[5-9]|meta\.llama(?:2|3-8b|3-70b|3-1|3-2)|mi[sx]tral-(?:7b|8x7b|large-2402|small-2402)/;
/** Models that their maker no longer serves, of which the source says nothing. */
const retired =
  /^(?:o1-mini|o1-preview|gpt-4-vision-preview|gpt-4\.5-preview|gpt-3\.5-0301|gpt-3\.5-turbo-0613|gpt-4-32k|chatgpt-4o-latest|claude-2|claude-v1|gemini-1\.|gemini-pro|gemini-flash-1)/;
/** The same of Groq. */
const notOfGroq =
  /^(?:llama2|llama3-|gemma|mixtral|llama-3\.[12]-(?!8b-instant)|llama-3\.3-70b-specdec|mistral-saba|deepseek-r1)/;
const completionsOnly = /^(ada|babbage|curie|davinci|text-davinci-.*|gpt-3\.5-turbo-instruct)$/;

function isCurrent(provider, model) {
  if (model.deprecated || retired.test(model.id) || completionsOnly.test(model.id)) return false;
  if (provider === "groq" && notOfGroq.test(model.id)) return false;
  if (provider === "aws" && notOfBedrock.test(model.id)) return false;
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

const ofTable = readTable(readFileSync(new URL("litellm/table.tsv", import.meta.url), "utf8"));
const { fitsPatterns } = await loadSource("./fits-pattern.ts");

/** Names of Bedrock are looked up without the region whose profile they are, but for `global`. */
const region = /^(?:us|us-gov|eu|apac|au|jp|in|ca|sa)\./;
const plainName = (provider, model) => (provider === "aws" ? model.replace(region, "") : model.toLowerCase());

/** Rewrites the source's patterns for Bedrock, which name each region. */
function withoutRegions(patterns) {
  const plain = patterns.map((one) => one.replace(/^\*(?=[a-z-]+\.[a-z])/, "").replace(region, ""));
  return plain.filter((one) => one.includes(".") || !plain.some((other) => other.includes(".")));
}

/** Rows of LiteLLM's table by the name that is looked up; of Bedrock's those of the United States win. */
function tableOf(provider) {
  const rows = ofTable.filter((one) => one.provider === provider);
  const byName = new Map(rows.map((one) => [plainName(provider, one.model), one]));
  for (const one of rows)
    if (region.test(one.model) && provider === "aws") byName.set(plainName(provider, one.model), one);
  return byName;
}

const letters = ["T", "I", "J", "R", "A", "S"];
/** The value of all, if they agree. */
const common = (values) =>
  values.length > 0 && values.every((one) => one === values[0]) ? values[0] : undefined;

/** Returns capabilities: those kept by hand, else what all rows of the table say. */
function capabilitiesOf(provider, { model, capabilities: own = "" }, theirs) {
  const read = letters.map((letter) => {
    const said = (of) => [letter, letter.toLowerCase()].find((one) => of.includes(one)) ?? "";
    return said(own) || (common(theirs.map((one) => said(one.letters))) ?? "");
  });
  const byHand = efforts[provider]?.find(([of]) => of.test(model))?.[1];
  return read.join("") + (byHand ?? common(theirs.map((one) => one.letters.replace(/\D/g, ""))) ?? "");
}

/** Makers whose output limits on Bedrock LiteLLM's table knows, and providers of which it does not. */
const knownOutput = /^(?:global\.)?(?:anthropic|amazon|meta)\./;
function outputOf(provider, theirs) {
  const output = common(theirs.map((one) => one.output));
  const isKnown =
    provider === "aws"
      ? theirs.every((one) => knownOutput.test(one.model.replace(region, "")))
      : provider !== "minimax";
  // A limit as large as the window is none.
  return isKnown && theirs.every((one) => output < one.window) ? output : undefined;
}

function ratesOfTable(provider, { rates, tiers }) {
  // What is free on one endpoint has no price.
  if (rates.length === 0 || rates[0] === 0) return [];
  return [[0, ...rates], ...tiers].map(
    ([bound, input, output, cached = null, written = null, hour = null, audio = null, ...rest]) => {
      // As above: Google states a price of sound only where it is not that of text.
      const heard = audio === null && provider === "google" ? [input, cached] : [audio, ...rest];
      const cells = [bound, input, output, cached, written, hour, ...heard];
      while (cells.at(-1) === null) cells.pop();
      return cells;
    },
  );
}

/** Lists of classes of service and of cheaper hours, which many rows share, as JSON. */
const [serviceLists, hourLists] = [[], []];
function numberOf(list, lists) {
  const text = JSON.stringify(list);
  if (!lists.includes(text)) lists.push(text);
  return lists.indexOf(text);
}

/** Writes a number as `catalogue-rows.ts` reads it: 128k, 256i, .25. */
function short(number) {
  if (number === null || number === undefined) return "";
  for (const [unit, of] of [
    ["k", 1_000],
    ["i", 1_024],
  ])
    if (number !== 0 && number % of === 0) return `${number / of}${unit}`;
  return String(number).replace(/^(-?)0\./, "$1.");
}

/** The base rates without their bound, and those of the tiers. */
function shortRates([base, ...tiers]) {
  return base === undefined ? "" : [base.slice(1), ...tiers].map((row) => row.map(short).join(",")).join("/");
}

/** Returns the line of a model: see `catalogue-rows.ts`. */
function lineOf(provider, entry) {
  const { model, names, rates = [], contextWindow, maxOutputTokens, changes = [], from, theirs = [] } = entry;
  const of = (list) =>
    rates.length === 0 ? undefined : list[provider]?.find(([one]) => one.test(model))?.[1];
  const [tiers, hours, fee, search] = [serviceTiers, cheaperHours, requestFees, searchFees].map(of);
  const isNameAlone = names.every((one) => one === model.toLowerCase());
  return [
    isNameAlone ? model : `${model}=${[...new Set(names)].join("|")}`,
    shortRates(rates),
    short(contextWindow ?? common(theirs.map((one) => one.window))),
    short(maxOutputTokens ?? outputOf(provider, theirs)),
    capabilitiesOf(provider, entry, theirs),
    [
      ...(tiers === undefined ? [] : [`s${numberOf(tiers, serviceLists)}`]),
      ...(hours === undefined ? [] : [`h${numberOf(hours, hourLists)}`]),
      ...(fee === undefined ? [] : [`f${fee}`]),
      ...(search === undefined ? [] : [`w${search}`]),
      ...changes.map(([start, later]) => `c${start}:${shortRates(later)}`),
      ...(from === undefined ? [] : [`a${from}`]),
    ].join(" "),
  ]
    .join(";")
    .replace(/;+$/, ";");
}

const [byHand, byTable] = [1, 2];

function entryOfTable(provider, name, line, others = []) {
  const rates = ratesOfTable(provider, line);
  return { model: name, names: [name, ...others], rates, ...(rates.length > 0 && { from: byTable }) };
}

const date = /-(?:20\d\d-?\d\d-?\d\d|####-?##-?##)$/;
/** True for a dated name that is looked up without its date in the end, and is found in the same row. */
function isFoundUndated(name, names, earlier) {
  const undated = name.replace(date, "");
  const isPlain = undated !== name && !/[*#!]/.test(undated);
  return isPlain && names.includes(undated) && !earlier.some((other) => fitsPatterns(undated, other));
}

/** Leaves out names that an earlier row has, and rows of which none is left. */
function withoutShadowed(entries) {
  const earlier = [];
  return entries.flatMap((entry) => {
    const names = entry.names.filter((one) => {
      if (isFoundUndated(one, entry.names, earlier)) return false;
      const isPlain = !/[*#!]/.test(one);
      return !earlier.some((other) =>
        isPlain ? fitsPatterns(one, other) : !one.startsWith("!") && other.includes(one),
      );
    });
    earlier.push(names);
    return names.every((one) => one.startsWith("!")) ? [] : [{ ...entry, names }];
  });
}

function rowsOf(provider) {
  const source = (findProvider({ providerId: provider })?.models ?? []).filter(
    (model) => !tableOnly.includes(provider) && isCurrent(provider, model),
  );
  const known = facts[provider] ?? {};
  const find = (id) => {
    const model = source.find((entry) => entry.id === id);
    if (model === undefined) throw new Error(`catalogue-additions: the source has no ${provider}:${id}`);
    return model;
  };
  for (const id of Object.keys(known)) find(id);
  const table = tableOf(provider);
  const better = Object.entries(fromTable[provider] ?? {}).map(([name, others]) => {
    const line = table.get(name);
    if (line === undefined)
      throw new Error(`catalogue-additions: LiteLLM's table has no ${provider}:${name}`);
    return entryOfTable(provider, name, line, others);
  });
  const additions = (added[provider] ?? []).map((entry) => {
    if (entry.priceOf === undefined) return { ...entry, ...(entry.rates !== undefined && { from: byHand }) };
    const of = find(entry.priceOf);
    const rates = ratesOf(priceOf(of), provider, entry.priceOf);
    return { ...entry, rates, changes: changesOf(of, provider) };
  });
  const listed = source.map((model) => ({
    model: model.id,
    names: provider === "aws" ? withoutRegions(patternsOf(model.match)) : patternsOf(model.match),
    rates: ratesOf(priceOf(model), provider, model.id),
    contextWindow: model.context_window,
    changes: changesOf(model, provider),
    ...known[model.id],
  }));
  const entries = withoutShadowed([...better, ...additions, ...listed]).map((entry) => ({
    ...entry,
    theirs: [],
  }));
  for (const [name, line] of table) {
    if (provider === "aws" && notOfBedrock.test(name)) continue;
    const fitting = entries.find(({ names }) => fitsPatterns(name, names));
    if (fitting !== undefined) fitting.theirs.push(line);
    else entries.push({ ...entryOfTable(provider, name, line), theirs: [line] });
  }
  for (const entry of entries) {
    const same = entry.theirs.filter((one) => plainName(provider, one.model) === entry.model.toLowerCase());
    if (same.length > 0) entry.theirs = same;
  }
  return entries.map((entry) => lineOf(provider, entry)).filter((line) => !/^[^;]*;$/.test(line));
}

const packageFile = new URL("../../../node_modules/@pydantic/genai-prices/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, "utf8"));
if (published[version] === undefined)
  throw new Error(`add the publication date of genai-prices ${version} to published`);

const [, tableVersion, tableDate] = /litellm ([\d.]+), (20[\d-]+)/.exec(
  readFileSync(new URL("litellm/table.tsv", import.meta.url), "utf8"),
);

const lines = providers.flatMap((provider) => [`@${provider}`, ...rowsOf(provider)]);

const text = `// Generated by generate-catalogue.mjs. Do not edit: change catalogue-additions.mjs or the source.
// Prices: @pydantic/genai-prices ${version} (MIT), ${published[version]}. Limits, capabilities and newer models: ${reviewed}.

/** When the catalogue was last reviewed. */
export const reviewed: string = "${reviewed}";

/** Publication date of the package that the prices are from. */
export const pricesDate: string = "${published[version]}";

/** LiteLLM's table, and its date. */
export const tableSource: string = "litellm ${tableVersion}, ${tableDate}";
export const tableDate: string = "${tableDate}";

/** Package, version and publication date of the prices. */
export const source: string = "@pydantic/genai-prices ${version}, ${published[version]}";

/** Lists of classes of service, and of cheaper hours, as JSON. */
export const serviceLists: string = \`[${serviceLists.join(",")}]\`;
export const hourLists: string = \`[${hourLists.join(",")}]\`;

/** Models by provider, a line each: see catalogue-rows.ts. */
export const rows: string = \`${lines.join("\n")}\`;
`;

if (process.argv.includes("--stdout")) process.stdout.write(text);
else writeFileSync(new URL("catalogue.generated.ts", import.meta.url), text);
