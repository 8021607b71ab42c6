/**
 * Writes catalogue.generated.ts from the offline data of @pydantic/genai-prices and from
 * catalogue-additions.mjs. The same inputs give the same bytes. With `--stdout` it prints instead.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { findProvider } from "@pydantic/genai-prices";
import { models as added, facts, reviewed } from "./catalogue-additions.mjs";

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
];

// Models with input or output other than text in chat, and marketplace variants of others.
const otherKind =
  /audio|realtime|tts|transcribe|whisper|image|live|voice|voxtral|embed|omni|ocr|moderation|computer-use|deep-research|search-preview|guard|:free$|:extended$/;
const completionsOnly = /^(ada|babbage|curie|davinci|text-davinci-.*|gpt-3\.5-turbo-instruct)$/;

function isCurrent(provider, model) {
  if (model.deprecated || completionsOnly.test(model.id)) return false;
  // Google's cloud also sells Claude, which its chat endpoint for Gemini does not serve.
  if (provider === "google" && !model.id.startsWith("gem")) return false;
  return !otherKind.test(model.id);
}

/** Converts a match rule of the source to name patterns (see name-pattern.ts). */
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
 * Returns the prices in force at `reviewed`. Where they vary by the time of day the most expensive ones
 * are used, so that an estimate is an upper bound.
 */
function priceOf(model) {
  if (!Array.isArray(model.prices)) return model.prices;
  const dated = model.prices.filter(({ constraint: c }) => c?.type !== "time_of_date");
  const base = dated.findLast(({ constraint: c }) => c === undefined || c.start_date <= reviewed);
  const hourly = model.prices
    .slice(model.prices.indexOf(base) + 1)
    .filter(({ constraint: c }) => c?.type === "time_of_date");
  return [base, ...hourly].map(({ prices }) => prices).reduce((a, b) => (rank(b) > rank(a) ? b : a));
}

const rank = (prices) => baseOf(prices.input_mtok) + baseOf(prices.output_mtok);
const baseOf = (value) => (typeof value === "object" ? value.base : (value ?? 0));

/** Returns `[aboveInputTokens, input, output, cached, cacheWrite]` by tier, in US dollars per million tokens. */
function ratesOf(prices) {
  const { input_mtok, output_mtok, cache_read_mtok, cache_write_mtok } = prices;
  if (input_mtok === undefined || output_mtok === undefined) return [];
  const kinds = [input_mtok, output_mtok, cache_read_mtok, cache_write_mtok];
  const starts = new Set(kinds.flatMap((value) => value?.tiers?.map(({ start }) => start) ?? []));
  return [0, ...[...starts].sort((a, b) => a - b)].map((start) => {
    const row = [start, ...kinds.map((value) => rateAt(value, start) ?? null)];
    while (row.at(-1) === null) row.pop();
    return row;
  });
}

function rateAt(value, start) {
  if (typeof value !== "object") return value;
  return value.tiers.findLast((tier) => tier.start <= start && start > 0)?.price ?? value.base;
}

/** Returns `[model, names, rates, contextWindow, maxOutputTokens, capabilities]` without trailing unknowns. */
function row({ model, names, rates = [], contextWindow, maxOutputTokens, capabilities }) {
  const cells = [
    model,
    [...new Set(names)],
    rates,
    contextWindow ?? null,
    maxOutputTokens ?? null,
    capabilities ?? null,
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
  const additions = (added[provider] ?? []).map((entry) =>
    row(entry.priceOf === undefined ? entry : { ...entry, rates: ratesOf(priceOf(find(entry.priceOf))) }),
  );
  const listed = source.map((model) =>
    row({
      model: model.id,
      names: patternsOf(model.match),
      rates: ratesOf(priceOf(model)),
      contextWindow: model.context_window,
      ...known[model.id],
    }),
  );
  return [...additions, ...listed].filter((cells) => cells.length > 3 || cells[2].length > 0);
}

const packageFile = new URL("../../node_modules/@pydantic/genai-prices/package.json", import.meta.url);
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

/** Package, version and publication date of the prices. */
export const source: string = "@pydantic/genai-prices ${version}, ${published[version]}";

/** Rows by provider, as JSON: \`[model, names, rates, contextWindow, maxOutputTokens, capabilities]\`. */
export const rows: string = \`{${table.join(",\n")}}\`;
`;

if (process.argv.includes("--stdout")) process.stdout.write(text);
else writeFileSync(new URL("catalogue.generated.ts", import.meta.url), text);
