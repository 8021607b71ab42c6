/**
 * Compares the catalogue with LiteLLM's price table, and prints what differs. A difference that is wanted stands with its
 * reason in litellm/wanted-differences.mjs and is counted only; any other one, and a reason without a difference, ends with 1.
 *
 *     npm run check:catalogue                       the reviewed copy, litellm/table.tsv
 *     npm run check:catalogue -- --table FILE       a newer one: model_prices_and_context_window_backup.json of the
 *                                                   wheel `litellm`, or a reduced copy
 *     … --table FILE --write "1.110.2, 2026-11-20"  makes FILE, of that version and date, the reviewed copy
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readTable, writeReduced } from "./litellm/read-table.mjs";
import { wantedDifferences } from "./litellm/wanted-differences.mjs";
import { loadSource } from "./load-source.mjs";

const reviewed = new URL("litellm/table.tsv", import.meta.url);
const { values } = parseArgs({ options: { table: { type: "string" }, write: { type: "string" } } });
const rows = rowsOf(values.table ?? fileURLToPath(reviewed));

if (values.write !== undefined) {
  if (!/^\d+\.\d+\.\d+, 20\d\d-\d\d-\d\d$/.test(values.write))
    throw new Error('--write takes the version and the date of the table, like "1.110.2, 2026-11-20"');
  writeFileSync(
    reviewed,
    writeReduced(rows, [
      `Facts of chat models from the table of litellm ${values.write}: model_prices_and_context_window_backup.json.`,
      "MIT License, Copyright (c) 2023 Berri AI. Reduced by read-table.mjs; prices in US dollars per million tokens.",
    ]),
  );
}

/** Ends with 2, before anything is written, where the table cannot be read. */
function rowsOf(file) {
  try {
    return readTable(readFileSync(file, "utf8"));
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exit(2);
  }
}

const { lookUpModel } = await loadSource("./catalogue.ts");
const { needsResponses } = await loadSource("../../plugin/openai-api.ts");
const flags = { T: "tools", I: "images", J: "jsonSchema", R: "reasoning", A: "audioInput", S: "audioOutput" };

/** Facts that the catalogue has wherever the table has them. */
const neededFacts = new Set([
  "input",
  "window",
  "tools",
  "images",
  "jsonSchema",
  "reasoning",
  "audioInput",
  "audioOutput",
]);

/** Returns what differs as `[field, ours, theirs]`, and what only the table knows. */
function differencesOf({ provider, model, rates, tiers, window, output, letters, onResponsesOnly }) {
  const ours = lookUpModel(provider === "aws" ? "bedrock" : provider, model);
  if (ours === undefined) return [["missing", "not listed", "listed"]];
  const { price, contextWindow, maxOutputTokens, capabilities = {} } = ours;
  const bound = (tier) => tier?.aboveInputTokens;
  const [tier] = price?.tiers ?? [];
  const [theirTier = []] = tiers;
  const pairs = [
    ["input", price?.usdPerMillionInputTokens, rates[0]],
    ["output", price?.usdPerMillionOutputTokens, rates[1]],
    ["cached", price?.usdPerMillionCachedInputTokens, rates[2]],
    ["written", price?.usdPerMillionCacheWriteTokens, rates[3]],
    ["tier", price && (bound(tier) ?? 0), price && (theirTier[0] ?? 0)],
    ["input above", tier?.usdPerMillionInputTokens, theirTier[1]],
    ["output above", tier?.usdPerMillionOutputTokens, theirTier[2]],
    ["window", contextWindow, window],
    ["output limit", maxOutputTokens, output],
    [
      "needs Responses",
      provider === "openai" ? needsResponses(model) === "all" : undefined,
      onResponsesOnly || undefined,
    ],
    ...Object.entries(flags).map(([letter, name]) => [
      name,
      capabilities[name],
      letters.includes(letter) ? true : letters.includes(letter.toLowerCase()) ? false : undefined,
    ]),
  ];
  return pairs
    .map(([field, own, their]) => [field, own ?? "not known", their])
    .filter(
      ([field, own, their]) =>
        their != null &&
        own !== their &&
        (own !== "not known" || (neededFacts.has(field) && their !== false)),
    );
}

const unused = new Set(wantedDifferences);
let wanted = 0;
let different = 0;
for (const row of rows) {
  for (const [field, ours, theirs] of differencesOf(row)) {
    const name = `${row.provider}:${row.model}`;
    const reason = wantedDifferences.find(({ names, fields }) => names.test(name) && fields.includes(field));
    unused.delete(reason);
    if (reason !== undefined) wanted += 1;
    else {
      different += 1;
      console.log(`${name}: ${field} is ${ours}, LiteLLM says ${theirs}`);
    }
  }
}
// A newer table may agree by now.
if (values.table === undefined)
  for (const { names, fields } of unused)
    console.log(`no difference of ${names} in ${fields.join(", ")}: drop the reason`);
console.log(`${rows.length} models compared: ${different} differences, ${wanted} more with a reason`);
if (different > 0 || (values.table === undefined && unused.size > 0)) process.exitCode = 1;
