/**
 * LiteLLM's price table, reduced to the facts that the catalogue has: chat models of the catalogue's providers that are
 * not retired, of Bedrock those of the United States and of global profiles. `table.tsv` is a copy that was reviewed; `check-catalogue.mjs --table FILE` reads a newer one, whole or
 * reduced.
 */

/** Providers of the catalogue by LiteLLM's names of them, and what LiteLLM writes before the name of a model. */
const providers = {
  openai: ["openai", ""],
  anthropic: ["anthropic", ""],
  gemini: ["google", "gemini/"],
  xai: ["x-ai", "xai/"],
  mistral: ["mistral", "mistral/"],
  groq: ["groq", "groq/"],
  deepseek: ["deepseek", "deepseek/"],
  moonshot: ["moonshotai", "moonshot/"],
  zai: ["zai", "zai/"],
  minimax: ["minimax", "minimax/"],
  cohere_chat: ["cohere", ""],
  cerebras: ["cerebras", "cerebras/"],
  perplexity: ["perplexity", "perplexity/"],
  together_ai: ["together", "together_ai/"],
  fireworks_ai: ["fireworks", "fireworks_ai/"],
  dashscope: ["alibaba", "dashscope/"],
  bedrock_converse: ["aws", ""],
};

/** Models that answer with something else than a chat's text, and rows that describe something else. */
const otherKind =
  /realtime|-tts|transcribe|whisper|[/-]image|lyria|robotics|live|embed|omni|ocr|moderation|computer-use|deep-research-p|deep-research-max|search-preview|(?<!safe)guard|container$|mistral\.voxtral|exp-|learnlm|^ft:|flux|together-ai-/;
/** Names of trial versions, of which the lasting one has the same facts, and places of Fireworks. */
const trial = /-(?:beta|experimental|gv2|preview-\d)|^fireworks_ai\/.*-(?:us|spot|ultrafast)$/;
/** Parts of another product: commitments and regions of Bedrock, models of others that Perplexity and Mistral sell. */
const elsewhere =
  /commitment|^bedrock\/|^(?:eu|apac|au|jp|in|ca|sa|us-gov)\.|^invoke\/|^converse\/|^perplexity\/(?!sonar(?:$|-[^sm]))|^mistral\/(?:zai-|glm-|deepseek-)/;

const features = [
  ["T", "supports_function_calling"],
  ["I", "supports_vision"],
  ["J", "supports_response_schema"],
  ["R", "supports_reasoning"],
];
const sound = [
  ["A", "supports_audio_input"],
  ["S", "supports_audio_output"],
];
const efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];
/** Fields of prices in the order of the catalogue's rates, and true for those of which 0 is a price: else it says "none". */
const rateFields = [
  ["input_cost_per_token", true],
  ["output_cost_per_token", true],
  ["cache_read_input_token_cost", false],
  ["cache_creation_input_token_cost", false],
  ["cache_creation_input_token_cost_above_1hr", false],
  ["input_cost_per_audio_token", false],
  ["cache_read_input_audio_token_cost", false],
  ["output_cost_per_audio_token", false],
];

function perMillion(usd, isFree) {
  return usd === undefined || (usd === 0 && !isFree) ? null : Number((usd * 1e6).toPrecision(9));
}

function withoutUnknown(cells) {
  const known = [...cells];
  while (known.at(-1) === null) known.pop();
  return known;
}

/** Returns the rows of a table: of LiteLLM's own JSON, or of a reduced copy. Throws for one that is not whole. */
export function readTable(text) {
  const rows = text.startsWith("#") ? readReduced(text) : reduce(wholeJson(text));
  if (rows.length === 0) throw new Error("it lists no chat model of the catalogue's providers");
  return rows;
}

function wholeJson(text) {
  try {
    const table = JSON.parse(text);
    if (typeof table === "object" && table !== null) return table;
  } catch {
    // Told below.
  }
  throw new Error("it is not whole: the JSON object does not end. Take it from the wheel again");
}

function reduce(table) {
  const today = new Date().toISOString().slice(0, 10);
  const rows = new Map();
  for (const [key, entry] of Object.entries(table)) {
    const [provider, prefix] = providers[entry.litellm_provider] ?? [];
    if (provider === undefined || !["chat", "responses"].includes(entry.mode)) continue;
    if ((entry.deprecation_date ?? today) < today || otherKind.test(key) || elsewhere.test(key)) continue;
    if (trial.test(key)) continue;
    if (prefix !== "" && !key.startsWith(prefix)) continue;
    const model = nameOf(key.slice(prefix.length));
    const row = rowOf(provider, model, entry);
    // Of an open model of which a host says no more than a price little is known.
    if (row.rates[0] === undefined || row.rates[0] === null || row.window === null) continue;
    if (["together", "fireworks"].includes(provider) && !row.letters.includes("T")) continue;
    rows.set(`${provider}:${model}`, row);
  }
  // A snapshot with the facts of its model says nothing more.
  for (const [name, row] of rows) {
    const base = rows.get(name.replace(/-20\d\d-?\d\d-?\d\d$/, ""));
    if (base !== undefined && base !== row && isSame({ ...row, model: base.model }, base)) rows.delete(name);
  }
  return [...rows.values()].sort((a, b) => (a.provider + a.model < b.provider + b.model ? -1 : 1));
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Fireworks: without the account. */
function nameOf(key) {
  return key.replace(/^accounts\/fireworks\/(?:models|routers)\//, "");
}

function rowOf(provider, model, entry) {
  const rates = (ending) => rateFields.map(([field, isFree]) => perMillion(entry[field + ending], isFree));
  const bounds = Object.keys(entry).flatMap((field) => {
    const [, thousands] = /^input_cost_per_token_above_(\d+)k_tokens$/.exec(field) ?? [];
    return thousands === undefined ? [] : [Number(thousands)];
  });
  const window = entry.max_input_tokens ?? null;
  return {
    provider,
    model,
    rates: entry.input_cost_per_token === undefined ? [] : withoutUnknown(rates("")),
    tiers: bounds
      .sort((a, b) => a - b)
      .map((k) => withoutUnknown([k * 1_000, ...rates(`_above_${k}k_tokens`)])),
    window,
    output: entry.max_output_tokens ?? null,
    letters: lettersOf(entry),
    onResponsesOnly: entry.mode === "responses",
  };
}

/** Writes capabilities as the catalogue does: a capital letter means yes, a small one no, a digit an effort. */
function lettersOf(entry) {
  const flags = features.map(([letter, field]) =>
    entry[field] === undefined ? "" : entry[field] ? letter : letter.toLowerCase(),
  );
  const levels = entry.reasoning_effort_levels ?? [];
  const heard = sound.map(([letter, field]) => (entry[field] === true ? letter : ""));
  return (
    [...flags, ...heard].join("") + efforts.flatMap((one, at) => (levels.includes(one) ? [at] : [])).join("")
  );
}

const columns = ["provider", "model", "rates", "tiers", "window", "output", "letters", "onResponsesOnly"];

export function writeReduced(rows, header) {
  const lines = [...header, `${rows.length} rows`];
  const cell = (value) => (typeof value === "string" ? value : JSON.stringify(value));
  return `${lines.map((line) => `# ${line}`).join("\n")}\n# ${columns.join("\t")}\n${rows.map((row) => columns.map((name) => cell(row[name])).join("\t")).join("\n")}\n`;
}

function readReduced(text) {
  const lines = text.split("\n");
  const [, counted] = /^# (\d+) rows$/m.exec(text) ?? [];
  const rows = lines.flatMap((line, at) => (line === "" || line.startsWith("#") ? [] : [readRow(line, at)]));
  if (Number(counted) !== rows.length)
    throw new Error(`it is not whole: it has ${rows.length} rows and says ${counted ?? "no number"}`);
  return rows;
}

function readRow(line, at) {
  const cells = line.split("\t");
  try {
    if (cells.length === columns.length)
      return Object.fromEntries(
        columns.map((name, index) => [
          name,
          ["provider", "model", "letters"].includes(name) ? cells[index] : JSON.parse(cells[index]),
        ]),
      );
  } catch {
    // Told below.
  }
  throw new Error(
    `it is not whole: line ${at + 1} does not hold ${columns.length} columns: ${columns.join(", ")}`,
  );
}
