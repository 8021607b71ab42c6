/**
 * Facts that the price source lacks: output limits, capabilities, some context windows, and models newer
 * than it. Maintained by hand; read by generate-catalogue.mjs.
 *
 * Sources as of `reviewed`: the vendors' model and pricing pages (developers.openai.com
 * /api/docs/models, platform.claude.com/docs/en/models, ai.google.dev/gemini-api/docs/models) where
 * they could be read; otherwise release notes, gateways' pages and the model list of
 * @mariozechner/pi-ai 0.73.1 (the prices of claude-haiku-5-5's cache and tiers, claude-fable-5-2 and
 * gpt-6.1-sol come from such pages); general knowledge for models before 2025 and for
 * the images that other providers' models of 2025 read. Facts that no page
 * states are left out and so unknown: Claude models older than 4.5 have no documented schema output, and the rates of
 * gpt-6.2-astra for cached and long input were not found. What is left out here is filled from LiteLLM's table.
 * Tools of GPT-6 are those over Responses: see src/plugin/openai-api.ts.
 */
export const reviewed = "2026-11-25";

// A capital letter means yes, a small one no, an absent one unknown: tools, images, JSON schema, reasoning.
const all = "TIJR";
const noReasoning = "TIJr";

/** Facts for entries of the source, by provider and model. */
export const facts = {
  openai: {
    "gpt-3.5-turbo": { maxOutputTokens: 4_096, capabilities: "Tijr" },
    "gpt-4": { maxOutputTokens: 8_192, capabilities: "Tijr" },
    "gpt-4-turbo": { maxOutputTokens: 4_096, capabilities: "TIjr" },
    "gpt-4.1": { contextWindow: 1_047_576, maxOutputTokens: 32_768, capabilities: noReasoning },
    "gpt-4.1-mini": { contextWindow: 1_047_576, maxOutputTokens: 32_768, capabilities: noReasoning },
    "gpt-4.1-nano": { contextWindow: 1_047_576, maxOutputTokens: 32_768, capabilities: noReasoning },
    "gpt-4o": { maxOutputTokens: 16_384, capabilities: noReasoning },
    "gpt-4o-2024-05-13": { maxOutputTokens: 4_096, capabilities: "TIjr" },
    "gpt-4o-mini": { maxOutputTokens: 16_384, capabilities: noReasoning },
    "gpt-5": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5-mini": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5-nano": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5-pro": { maxOutputTokens: 272_000, capabilities: all },
    "gpt-5.1": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5.1-codex-mini": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5.2": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5.2-pro": { maxOutputTokens: 128_000, capabilities: "TIR" },
    "gpt-5.3": { maxOutputTokens: 16_384, capabilities: "I" },
    "gpt-5.3-codex": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5.4": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5.4-mini": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5.4-nano": { maxOutputTokens: 128_000, capabilities: all },
    "gpt-5.4-pro": { maxOutputTokens: 128_000, capabilities: "TIR" },
    "gpt-5.5": { contextWindow: 1_050_000, maxOutputTokens: 128_000, capabilities: all },
    "gpt-5.5-pro": { contextWindow: 1_050_000, maxOutputTokens: 128_000, capabilities: "TIR" },
    "gpt-6-astra": { maxOutputTokens: 128_000, capabilities: "IR" },
    "gpt-6-luna": { maxOutputTokens: 128_000, capabilities: "R" },
    "gpt-6-sol": { maxOutputTokens: 128_000, capabilities: "IJR" },
    "gpt-oss-120b": { capabilities: "TiR" },
    "gpt-oss-20b": { capabilities: "TiR" },
    o1: { maxOutputTokens: 100_000, capabilities: all },
    "o1-pro": { maxOutputTokens: 100_000, capabilities: all },
    o3: { maxOutputTokens: 100_000, capabilities: all },
    "o3-mini": { maxOutputTokens: 100_000, capabilities: "TiJR" },
    "o3-pro": { maxOutputTokens: 100_000, capabilities: all },
    "o4-mini": { maxOutputTokens: 100_000, capabilities: all },
    "gpt-3.5-turbo-1106": { capabilities: "ir" },
    "gpt-3.5-turbo-16k": { capabilities: "ir" },
    "ft:gpt-3.5-turbo-": { capabilities: "ir" },
    "ft:gpt-4o": { capabilities: "I" },
    "ft:gpt-4o-mini": { capabilities: "I" },
  },
  anthropic: {
    "claude-3-haiku": { maxOutputTokens: 4_096, capabilities: "TIr" },
    "claude-3-sonnet": { maxOutputTokens: 4_096, capabilities: "TIr" },
    "claude-3-opus-latest": { maxOutputTokens: 4_096, capabilities: "TIr" },
    "claude-3-5-haiku-latest": { maxOutputTokens: 8_192, capabilities: "TIr" },
    "claude-3-5-sonnet": { maxOutputTokens: 8_192, capabilities: "TIr" },
    "claude-3-7-sonnet-latest": { maxOutputTokens: 64_000, capabilities: "TIR" },
    "claude-opus-4-0": { maxOutputTokens: 32_000, capabilities: "TIR" },
    "claude-opus-4-1": { maxOutputTokens: 32_000, capabilities: "TIR" },
    "claude-sonnet-4-0": { maxOutputTokens: 64_000, capabilities: "TIR" },
    "claude-sonnet-4-5": { maxOutputTokens: 64_000, capabilities: all },
    "claude-haiku-4-5": { maxOutputTokens: 64_000, capabilities: all },
    "claude-opus-4-5": { maxOutputTokens: 64_000, capabilities: all },
    "claude-opus-4-6": { maxOutputTokens: 128_000, capabilities: all },
    "claude-opus-4-7": { maxOutputTokens: 128_000, capabilities: all },
    "claude-opus-4-8": { capabilities: "TIR" },
    "claude-sonnet-4-6": { capabilities: all },
    "claude-sonnet-5": { maxOutputTokens: 128_000, capabilities: "TIR" },
    "claude-opus-5": { maxOutputTokens: 128_000, capabilities: "TIR" },
    "claude-opus-5-5": { maxOutputTokens: 128_000, capabilities: "TIR" },
    "claude-fable-5": { maxOutputTokens: 128_000, capabilities: "TIR" },
    "claude-fable-5-1": { maxOutputTokens: 128_000, capabilities: "TIR" },
  },
  google: {
    "gemini-2.0-flash": { contextWindow: 1_048_576, maxOutputTokens: 8_192, capabilities: "TIJ" },
    "gemini-2.0-flash-lite": { contextWindow: 1_048_576, maxOutputTokens: 8_192, capabilities: "TIJr" },
    "gemini-2.5-pro": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: all },
    "gemini-2.5-flash": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: all },
    "gemini-2.5-flash-lite": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: all },
    "gemini-3-flash-preview": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: all },
    "gemini-3-pro-preview": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: all },
    "gemini-3.1-pro-preview": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: all },
    "gemini-3.1-flash-lite": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: all },
    "gemini-3.5-flash": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: all },
    "gemini-3.7-flash": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: all },
    "gemini-3.5-flash-lite": { contextWindow: 1_048_576 },
    "gemini-3.6-flash": { contextWindow: 1_048_576 },
    "gemini-3.8-flash": { contextWindow: 1_048_576, maxOutputTokens: 65_536, capabilities: "IR" },
    "gemma-2-27b-it": { capabilities: "i" },
  },
  mistral: {
    "pixtral-12b": { capabilities: "TI" },
    "pixtral-large": { capabilities: "TI" },
    "mistral-small-3.1-24b-instruct": { capabilities: "TI" },
    "mistral-small-3.2-24b-instruct": { capabilities: "TI" },
    "mistral-medium-3-1": { capabilities: "TI" },
    "mistral-large-2512": { capabilities: "TI" },
    "ministral-3b-2512": { capabilities: "TI" },
    "ministral-8b-2512": { capabilities: "TI" },
    "ministral-14b-2512": { capabilities: "TI" },
    codestral: { contextWindow: 128_000, capabilities: "i" },
    "codestral-2508": { contextWindow: 128_000, capabilities: "i" },
    "mistral-7b": { capabilities: "i" },
    "mistral-nemo": { capabilities: "i" },
    "mistral-saba": { capabilities: "i" },
    "mistral-medium-2312": { capabilities: "i" },
    "mistral-small-24b-instruct-2501": { capabilities: "i" },
    "mixtral-8x7b": { capabilities: "i" },
    "mixtral-8x22b-instruct": { capabilities: "i" },
  },
  deepseek: {
    "deepseek-reasoner": { capabilities: "i" },
  },
  moonshotai: { "kimi-k2.7-code-highspeed": { capabilities: all } },
  "x-ai": {
    "grok-2-vision-1212": { capabilities: "I" },
    "grok-4-0709": { capabilities: "TIR" },
    "grok-4-fast-reasoning": { capabilities: "TIR" },
    "grok-4-fast-non-reasoning": { capabilities: "TIr" },
    "grok-4-1-fast-reasoning": { capabilities: "TIR" },
    "grok-4-1-fast-non-reasoning": { capabilities: "TIr" },
    "grok-3": { capabilities: "Ti" },
    "grok-3-fast": { capabilities: "Ti" },
    "grok-3-mini": { capabilities: "Ti" },
    "grok-3-mini-fast": { capabilities: "Ti" },
  },
  groq: {
    "meta-llama/llama-4-maverick-17b-128e-instruct": { capabilities: "TI" },
    "meta-llama/llama-4-scout-17b-16e-instruct": { capabilities: "TI" },
    "llama-3.1-8b-instant": { capabilities: "Ti" },
    "llama-3.3-70b-versatile": { capabilities: "Ti" },
    "openai/gpt-oss-120b": { capabilities: "TiR" },
    "openai/gpt-oss-20b": { capabilities: "TiR" },
    "qwen/qwen3-32b": { capabilities: "Ti" },
    "moonshotai/kimi-k2-instruct": { capabilities: "Ti" },
  },
};

/**
 * Models that the source lacks, or lists under another model with other facts (`priceOf` names it).
 * They are looked up before the source's. `rates` have the format of the generated rows.
 */
export const models = {
  openai: [
    {
      model: "gpt-5-chat-latest",
      names: ["gpt-5-chat-latest", "gpt-5-chat"],
      priceOf: "gpt-5",
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      capabilities: "Ir",
    },
    {
      model: "gpt-5.1-chat-latest",
      names: ["gpt-5.1-chat-latest", "gpt-5.1-chat", "gpt-5-1-chat-latest", "gpt-5-1-chat"],
      priceOf: "gpt-5.1",
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      capabilities: "I",
    },
    {
      model: "gpt-5.2-chat-latest",
      names: ["gpt-5.2-chat-latest", "gpt-5.2-chat", "gpt-5-2-chat-latest", "gpt-5-2-chat"],
      priceOf: "gpt-5.2",
      contextWindow: 128_000,
      maxOutputTokens: 16_384,
      capabilities: "I",
    },
    {
      model: "gpt-5.5-chat-latest",
      names: ["gpt-5.5-chat-latest", "gpt-5.5-chat", "gpt-5-5-chat-latest", "gpt-5-5-chat"],
      priceOf: "gpt-5.5",
    },
    {
      model: "gpt-6.1-sol",
      names: ["gpt-6.1-sol"],
      rates: [
        [0, 2, 10, 0.1, 2.5],
        [272_000, 4, 15, 0.2, 5],
      ],
      contextWindow: 1_050_000,
      maxOutputTokens: 128_000,
      capabilities: "IR",
    },
    {
      model: "gpt-6.2-sol",
      names: ["gpt-6.2-sol"],
      rates: [
        [0, 2, 10, 0.1, 2.5],
        [272_000, 4, 15, 0.2, 5],
      ],
      contextWindow: 1_050_000,
      maxOutputTokens: 128_000,
      capabilities: all,
    },
    {
      model: "gpt-6.2-astra",
      names: ["gpt-6.2-astra"],
      contextWindow: 1_050_000,
      maxOutputTokens: 128_000,
      capabilities: all,
    },
  ],
  // Aliases: the model that they stood for on 2026-11-20.
  google: [
    { model: "gemini-flash-latest", names: ["gemini-flash-latest"], priceOf: "gemini-3.8-flash" },
    {
      model: "gemini-flash-lite-latest",
      names: ["gemini-flash-lite-latest"],
      priceOf: "gemini-3.5-flash-lite",
    },
    { model: "gemini-pro-latest", names: ["gemini-pro-latest"], priceOf: "gemini-3.1-pro-preview" },
  ],
  deepseek: [
    {
      // Its name since September 2026; the older ones are still taken.
      model: "deepseek-flash",
      names: ["deepseek-flash", "deepseek-v4-flash*"],
      rates: [[0, 0.3, 1.2, 0.006]],
      contextWindow: 1_000_000,
      maxOutputTokens: 393_216,
      capabilities: all,
    },
    {
      model: "deepseek-chat",
      names: ["deepseek-chat"],
      rates: [[0, 0.28, 0.42, 0.028]],
      contextWindow: 131_072,
      maxOutputTokens: 8_192,
      capabilities: "TiJr",
    },
    {
      model: "deepseek-reasoner",
      names: ["deepseek-reasoner"],
      rates: [[0, 0.28, 0.42, 0.028]],
      contextWindow: 131_072,
      maxOutputTokens: 65_536,
      capabilities: "tiJR",
    },
  ],
  anthropic: [
    {
      model: "claude-haiku-5-5",
      names: ["claude-haiku-5-5", "claude-haiku-5-5-########"],
      rates: [
        [0, 0.1, 0.5, 0.01, 0.125, 0.2],
        [100_000, 0.5, 2.5, 0.05, 0.625, 1],
      ],
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
      capabilities: "TIR",
    },
    {
      model: "claude-sonnet-5-5",
      names: ["claude-sonnet-5-5", "claude-sonnet-5-5-########"],
      rates: [[0, 2, 10, 0.1, 2.5, 4]],
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
      capabilities: "TIR",
    },
    {
      model: "claude-fable-5-2",
      names: ["claude-fable-5-2", "claude-fable-5-2-########"],
      rates: [[0, 8, 40, 0.2, 10, 16]],
      contextWindow: 1_000_000,
      maxOutputTokens: 128_000,
      capabilities: "TIR",
    },
  ],
};

/**
 * Classes of service as `[factor, parts that keep the standard price]`, or `[rates, parts]` with `[input, output,
 * cached]`; l: long context, c: cached input. By provider, the first pattern that fits a model's name. Sources, read
 * on 2026-11-27 in stored copies: openai.com/api-fast-mode, openai.com/api-priority-processing (before July 2026),
 * developers.openai.com/api/docs/models/gpt-6.2-sol; platform.claude.com/docs/en/about-claude/pricing, and for the
 * factors of Claude's fast mode the pages of gateways; ai.google.dev/gemini-api/docs/optimization. OpenAI renamed
 * `priority` to `fast` in July 2026 and takes both. That Google's reduced classes leave the price of cached input as
 * it is, is the more expensive reading where its page says nothing.
 */
const fast = (factor, parts) => {
  const tier = parts === undefined ? [factor] : [factor, parts];
  return { priority: tier, fast: tier };
};
const half = { batch: [0.5], flex: [0.5] };
const google = { batch: [0.5, "c"], flex: [0.5, "c"], priority: [1.8] };

export const serviceTiers = {
  openai: [
    [/^gpt-5\.6-/, { ...half, ...fast(2) }],
    [/^gpt-5\.5$/, { ...half, ...fast(2.5, "l") }],
    [/^gpt-5\.4(-mini)?$/, { ...half, ...fast(2, "l") }],
    [/^gpt-5(\.[12])?$/, { ...half, ...fast(2) }],
    [/^gpt-5-mini$/, { ...half, ...fast(1.8) }],
    [/^gpt-5-nano$/, half],
    [/^gpt-6(\.2)?-(sol|luna)$/, { batch: [0.5], ...fast(2) }],
    [/^gpt-4\.1(-mini)?$/, { batch: [0.5], ...fast(1.75) }],
    [/^gpt-4\.1-nano$/, { batch: [0.5], ...fast(2) }],
    [/^gpt-4o$/, { batch: [0.5], ...fast(1.7) }],
    [/^gpt-4o-2024-05-13$/, { batch: [0.5], ...fast(1.75) }],
    [/^gpt-4o-mini$/, { batch: [0.5], ...fast([0.25, 1, 0.125]) }],
    [/^o3$/, { ...half, ...fast(1.75) }],
    [/^o4-mini$/, { ...half, ...fast([2, 8, 0.5]) }],
  ],
  anthropic: [
    [/^claude-opus-(5-5|4-8)$/, { batch: [0.5], fast: [2] }],
    [/^claude-opus-4-[67]$/, { batch: [0.5], fast: [6] }],
    [/^claude-/, { batch: [0.5] }],
  ],
  google: [[/^gemini-(2\.5|3|.*latest$)/, google]],
};

/**
 * Hours at which a provider takes less, as `[days, from, to, factor]` in UTC, by the first pattern that fits a model's
 * name. Source: api-docs.deepseek.com/quick_start/pricing, a stored copy of 2026-10-27. A Chinese public holiday is
 * cheap as a whole day; it is billed as any other here, which is the more expensive reading.
 */
const deepseekHours = [
  ["12345", "00:00", "01:00", 0.5],
  ["12345", "04:00", "06:00", 0.5],
  ["12345", "10:00", "24:00", 0.5],
  ["06", "00:00", "24:00", 0.5],
];
export const cheaperHours = { deepseek: [[/^deepseek-(flash|v4-pro)$/, deepseekHours]] };

/**
 * Efforts that models of OpenAI take, by the first pattern that fits: 0 none, 1 minimal, 2 low, 3 medium, 4 high, 5 xhigh,
 * 6 max. Sources: refusals that list them (github.com/livekit/agents/pull/3966 and 7169), the model pages, and LiteLLM's
 * table. Those of pro and codex models are left open.
 */
export const efforts = {
  openai: [
    [/^gpt-5(-mini|-nano)?$/, "1234"],
    [/^gpt-5\.1$/, "0234"],
    [/^gpt-5\.(2|4|4-mini|4-nano|5)$/, "02345"],
    [/^gpt-5\.6-(sol|terra|luna)$/, "02345"],
    [/^gpt-6-(sol|luna)$/, "023456"],
    [/^gpt-6\.1-terra$/, "023456"],
    [/^gpt-6-astra$|^gpt-6\.[12]-sol$/, "23456"],
    [/^(o1|o3|o3-mini|o4-mini)$/, "234"],
  ],
};

/**
 * Models whose facts LiteLLM's table knows better than the price source, which is two months older: they get a row of
 * their own from it, before the source's. With the other names that the model has.
 */
export const fromTable = {
  deepseek: { "deepseek-v3.2": [] },
  "x-ai": {
    "grok-4.20-multi-agent": ["grok-4.20-multi-agent-latest", "grok-4.20-multi-agent-0309"],
    "grok-code-fast": ["grok-code-fast-1", "grok-code-fast-1-0825"],
  },
  zai: { "glm-5.3-flash": [] },
  groq: { "openai/gpt-oss-safeguard-20b": [] },
  mistral: {
    "mistral-large-latest": ["mistral-large-3"],
    "mistral-small-latest": [],
    "mistral-medium-latest": ["mistral-medium"],
    "magistral-medium-latest": [],
    "magistral-small-latest": [],
  },
};

/**
 * Fees of a web search in US dollars, by the first pattern that fits; with `r` once a request that searched. Sources:
 * platform.claude.com/docs/en/about-claude/pricing (10 USD a thousand), developers.openai.com/api/docs/pricing (10, and 25 for
 * models that do not reason), ai.google.dev/gemini-api/docs/pricing (14 a thousand searches, before Gemini 3 35 a thousand
 * requests), stored copies of 2026-11-27, and LiteLLM's table. Searches that are free each month are billed as any other.
 */
export const searchFees = {
  anthropic: [[/^claude-(?!2|v1|3-(haiku|opus|sonnet))/, ".01"]],
  openai: [
    [/^gpt-4(o|\.1)/, ".025"],
    [/^(gpt-[56]|o[34]|chat-latest)/, ".01"],
  ],
  google: [
    [/^gemini-(3|4|.*latest$)/, ".014"],
    [/^gemini-2/, ".035r"],
  ],
  groq: [[/gpt-oss/, ".005"]],
};

/**
 * Fees of a request in US dollars, by the first pattern that fits: those of the largest search context. Source:
 * docs.perplexity.ai/getting-started/pricing, a stored copy of 2026-11-27. Its answers state what they cost.
 */
export const requestFees = {
  perplexity: [
    [/^sonar(-reasoning)?$/, 0.012],
    [/^sonar-(reasoning-)?pro$/, 0.014],
  ],
};
