import type { Price, Usage } from "../../../src/contracts/index.ts";

/** A bill worked out by hand from a price page. */
export interface HandBill {
  readonly what: string;
  /** Page that states the rates, and the date on which it or a stored copy of it was read. */
  readonly source: string;
  readonly read: string;
  /** Price of the catalogue, as `provider:model`, or one written down from the page. */
  readonly price: string | Price;
  readonly usage: Usage;
  /** Day of the call. Absent: before every change. */
  readonly on?: string;
  readonly seconds?: number;
  /** The arithmetic: tokens in millions times US dollars per million, term by term. */
  readonly work: readonly (readonly [millions: number, usdPerMillion: number])[];
  /** Amounts that do not depend on tokens: fees, machines. */
  readonly plusUsd?: number;
  /** Sum of the work, written out. */
  readonly usd: number;
}

const read = "2026-11-27";
const claude = "https://platform.claude.com/docs/en/about-claude/pricing (stored copy)";
const haiku55 = "https://platform.claude.com/docs/en/models/haiku-5-5/overview (stored copy)";
const opus55 = "https://platform.claude.com/docs/zh-CN/models/opus-5-5/overview (stored copy)";
const sol62 = "https://developers.openai.com/api/docs/models/gpt-6.2-sol (stored copy)";
const fastMode = "https://openai.com/api-fast-mode/ (stored copy)";
const priority = "https://openai.com/api-priority-processing/ (stored copy)";
const audio = "https://developers.openai.com/api/docs/models/gpt-audio-1.5 (stored copy)";
const gemini =
  "https://ai.google.dev/gemini-api/docs/pricing, as transcribed in api-evangelist/deepmind on 2026-10-07";
const geminiTiers = "https://ai.google.dev/gemini-api/docs/optimization (stored copy)";
const perplexity = "https://docs.perplexity.ai/getting-started/pricing (stored copy)";
const deepseek = "https://api-docs.deepseek.com/quick_start/pricing (stored copy)";
/** The page itself could not be read: what the catalogue's source says of it. */
const viaSource = "page not read: the catalogue's source, @pydantic/genai-prices 0.1.8";

/** Rates of Sonar with its fee for low search context: $5 per 1,000 requests. */
const sonar: Price = { usdPerMillionInputTokens: 1, usdPerMillionOutputTokens: 1, usdPerRequest: 0.005 };
const sonarDeep: Price = {
  usdPerMillionInputTokens: 2,
  usdPerMillionOutputTokens: 8,
  usdPerMillionReasoningTokens: 3,
  usdPerRequest: 0.005,
};
const gptAudio: Price = {
  usdPerMillionInputTokens: 2.5,
  usdPerMillionOutputTokens: 10,
  usdPerMillionAudioInputTokens: 32,
  usdPerMillionAudioOutputTokens: 64,
};
/** With the class that costs 3 times the standard price through February 2027, and 6 times from March. */
const sol: Price = {
  usdPerMillionInputTokens: 2,
  usdPerMillionOutputTokens: 10,
  usdPerMillionCachedInputTokens: 0.1,
  usdPerMillionCacheWriteTokens: 2.5,
  serviceTiers: { ultrafast: { factor: 3 } },
  changes: [
    {
      from: "2027-03-01",
      usdPerMillionInputTokens: 2,
      usdPerMillionOutputTokens: 10,
      usdPerMillionCachedInputTokens: 0.1,
      usdPerMillionCacheWriteTokens: 2.5,
      serviceTiers: { ultrafast: { factor: 6 } },
    },
  ],
};
/** DeepSeek's change of 16 August 2026, 16:00 UTC, at its peak rates. */
const deepseekPro: Price = {
  usdPerMillionInputTokens: 0.435,
  usdPerMillionOutputTokens: 0.87,
  usdPerMillionCachedInputTokens: 0.003625,
  changes: [
    {
      from: "2026-08-16T16:00:00Z",
      usdPerMillionInputTokens: 1.32,
      usdPerMillionOutputTokens: 3.96,
      usdPerMillionCachedInputTokens: 0.044,
    },
  ],
};
/** An own machine: two GPUs at $2.50 an hour that answer 8 calls at a time. No page: rates of this test. */
const ownGpus: Price = {
  usdPerMillionInputTokens: 0,
  usdPerMillionOutputTokens: 0,
  gpu: { usdPerGpuHour: 2.5, gpus: 2, concurrentCalls: 8 },
};

export const bills: readonly HandBill[] = [
  {
    what: "Claude Opus 5: input and output",
    source: claude,
    read,
    price: "anthropic:claude-opus-5",
    usage: { inputTokens: 12_000, outputTokens: 2_000 },
    // 0.012 x 5 = 0.06; 0.002 x 25 = 0.05
    work: [
      [0.012, 5],
      [0.002, 25],
    ],
    usd: 0.11,
  },
  {
    what: "Claude Opus 5: cache write for five minutes",
    source: claude,
    read,
    price: "anthropic:claude-opus-5",
    usage: { inputTokens: 50_000, outputTokens: 1_000, cacheWriteTokens: 48_000 },
    // 2,000 plain: 0.002 x 5 = 0.01; 48,000 written: 0.048 x 6.25 = 0.3; 0.001 x 25 = 0.025
    work: [
      [0.002, 5],
      [0.048, 6.25],
      [0.001, 25],
    ],
    usd: 0.335,
  },
  {
    what: "Claude Opus 5: cache write for an hour",
    source: claude,
    read,
    price: "anthropic:claude-opus-5",
    usage: { inputTokens: 50_000, outputTokens: 1_000, cacheWriteTokens: 48_000, cacheWrite1hTokens: 48_000 },
    // 0.002 x 5 = 0.01; 0.048 x 10 = 0.48; 0.001 x 25 = 0.025
    work: [
      [0.002, 5],
      [0.048, 10],
      [0.001, 25],
    ],
    usd: 0.515,
  },
  {
    what: "Claude Opus 5: both cache writes in one call, and a read",
    source: claude,
    read,
    price: "anthropic:claude-opus-5",
    usage: {
      inputTokens: 100_000,
      outputTokens: 0,
      cachedInputTokens: 60_000,
      cacheWriteTokens: 30_000,
      cacheWrite1hTokens: 10_000,
    },
    // 10,000 plain: 0.05; 60,000 read: 0.06 x 0.5 = 0.03; 20,000 for 5 min: 0.02 x 6.25 = 0.125; 10,000 for 1 h: 0.1
    work: [
      [0.01, 5],
      [0.06, 0.5],
      [0.02, 6.25],
      [0.01, 10],
    ],
    usd: 0.305,
  },
  {
    what: "Claude Opus 5: cache read",
    source: claude,
    read,
    price: "anthropic:claude-opus-5",
    usage: { inputTokens: 50_000, outputTokens: 1_000, cachedInputTokens: 48_000 },
    // 0.01 + 0.048 x 0.5 = 0.024 + 0.025
    work: [
      [0.002, 5],
      [0.048, 0.5],
      [0.001, 25],
    ],
    usd: 0.059,
  },
  {
    what: "Claude Opus 5.5: cache read at a twentieth of the input",
    source: opus55,
    read,
    price: "anthropic:claude-opus-5-5",
    usage: { inputTokens: 50_000, outputTokens: 1_000, cachedInputTokens: 50_000 },
    // 0.05 x 0.2 = 0.01; 0.001 x 20 = 0.02
    work: [
      [0.05, 0.2],
      [0.001, 20],
    ],
    usd: 0.03,
  },
  {
    what: "Claude Fable 5.1: cache read at a fortieth of the input",
    source: claude,
    read,
    price: "anthropic:claude-fable-5-1",
    usage: { inputTokens: 100_000, outputTokens: 1_000, cachedInputTokens: 100_000 },
    // 0.1 x 0.25 = 0.025; 0.001 x 50 = 0.05
    work: [
      [0.1, 0.25],
      [0.001, 50],
    ],
    usd: 0.075,
  },
  {
    what: "Claude Haiku 4.5: cache write for an hour",
    source: claude,
    read,
    price: "anthropic:claude-haiku-4-5",
    usage: { inputTokens: 20_000, outputTokens: 500, cacheWriteTokens: 20_000, cacheWrite1hTokens: 20_000 },
    // 0.02 x 2 = 0.04; 0.0005 x 5 = 0.0025
    work: [
      [0.02, 2],
      [0.0005, 5],
    ],
    usd: 0.0425,
  },
  {
    what: "Claude Opus 5: batch at half the price, of the cache too",
    source: claude,
    read,
    price: "anthropic:claude-opus-5",
    usage: { inputTokens: 50_000, outputTokens: 2_000, cachedInputTokens: 40_000, serviceTier: "batch" },
    // half of: 10,000 x 5 = 0.05, 40,000 x 0.5 = 0.02, 2,000 x 25 = 0.05
    work: [
      [0.01, 2.5],
      [0.04, 0.25],
      [0.002, 12.5],
    ],
    usd: 0.06,
  },
  {
    what: "Claude Haiku 5.5: a prompt of exactly 100,000 tokens has the lower rates (exclusive bound)",
    source: haiku55,
    read,
    price: "anthropic:claude-haiku-5-5",
    usage: { inputTokens: 100_000, outputTokens: 1_000 },
    // "up to 100,000": 0.1 x 0.1 = 0.01; 0.001 x 0.5 = 0.0005
    work: [
      [0.1, 0.1],
      [0.001, 0.5],
    ],
    usd: 0.0105,
  },
  {
    what: "Claude Haiku 5.5: one token more makes the whole request five times as dear",
    source: haiku55,
    read,
    price: "anthropic:claude-haiku-5-5",
    usage: { inputTokens: 100_001, outputTokens: 1_000 },
    // 0.100001 x 0.5 = 0.0500005; 0.001 x 2.5 = 0.0025
    work: [
      [0.100001, 0.5],
      [0.001, 2.5],
    ],
    usd: 0.0525005,
  },
  {
    what: "Claude Haiku 5.5: cached and written tokens count for the bound, and have its rates",
    source: haiku55,
    read,
    price: "anthropic:claude-haiku-5-5",
    usage: { inputTokens: 120_000, outputTokens: 0, cachedInputTokens: 80_000, cacheWriteTokens: 40_000 },
    // 0.08 x 0.05 = 0.004; 0.04 x 0.625 = 0.025
    work: [
      [0.08, 0.05],
      [0.04, 0.625],
    ],
    usd: 0.029,
  },
  {
    what: "GPT-6.2 Sol: cached input and cache write",
    source: sol62,
    read,
    price: "openai:gpt-6.2-sol",
    usage: { inputTokens: 30_000, outputTokens: 1_000, cachedInputTokens: 20_000, cacheWriteTokens: 8_000 },
    // 2,000 x 2 = 0.004; 20,000 x 0.1 = 0.002; 8,000 x 2.5 = 0.02; 1,000 x 10 = 0.01
    work: [
      [0.002, 2],
      [0.02, 0.1],
      [0.008, 2.5],
      [0.001, 10],
    ],
    usd: 0.036,
  },
  {
    what: "GPT-6.2 Sol: exactly 272,000 tokens are short context ('more than 272K', exclusive bound)",
    source: sol62,
    read,
    price: "openai:gpt-6.2-sol",
    usage: { inputTokens: 272_000, outputTokens: 1_000 },
    // 0.272 x 2 = 0.544; 0.01
    work: [
      [0.272, 2],
      [0.001, 10],
    ],
    usd: 0.554,
  },
  {
    what: "GPT-6.2 Sol: above 272,000 input and cache double and output costs half as much again",
    source: sol62,
    read,
    price: "openai:gpt-6.2-sol",
    usage: { inputTokens: 300_000, outputTokens: 2_000, cachedInputTokens: 200_000 },
    // 0.1 x 4 = 0.4; 0.2 x 0.2 = 0.04; 0.002 x 15 = 0.03
    work: [
      [0.1, 4],
      [0.2, 0.2],
      [0.002, 15],
    ],
    usd: 0.47,
  },
  {
    what: "GPT-6.2 Sol: Fast mode at twice the price, also of long context",
    source: sol62,
    read,
    price: "openai:gpt-6.2-sol",
    usage: { inputTokens: 300_000, outputTokens: 2_000, serviceTier: "fast" },
    // 0.3 x 8 = 2.4; 0.002 x 30 = 0.06
    work: [
      [0.3, 8],
      [0.002, 30],
    ],
    usd: 2.46,
  },
  {
    what: "GPT-6.2 Sol: batch at half the price",
    source: sol62,
    read,
    price: "openai:gpt-6.2-sol",
    usage: { inputTokens: 10_000, outputTokens: 1_000, serviceTier: "batch" },
    // 0.01 x 1 = 0.01; 0.001 x 5 = 0.005
    work: [
      [0.01, 1],
      [0.001, 5],
    ],
    usd: 0.015,
  },
  {
    what: "GPT-6.2 Sol: Ultrafast at three times the price on its last day",
    source: sol62,
    read,
    price: sol,
    on: "2027-02-28",
    usage: { inputTokens: 10_000, outputTokens: 1_000, serviceTier: "ultrafast" },
    // 0.01 x 6 = 0.06; 0.001 x 30 = 0.03
    work: [
      [0.01, 6],
      [0.001, 30],
    ],
    usd: 0.09,
  },
  {
    what: "GPT-6.2 Sol: Ultrafast at six times the price from the first of March",
    source: sol62,
    read,
    price: sol,
    on: "2027-03-01",
    usage: { inputTokens: 10_000, outputTokens: 1_000, serviceTier: "ultrafast" },
    // 0.01 x 12 = 0.12; 0.001 x 60 = 0.06
    work: [
      [0.01, 12],
      [0.001, 60],
    ],
    usd: 0.18,
  },
  {
    what: "GPT-5.5: reasoning is billed as output",
    source: viaSource,
    read,
    price: "openai:gpt-5.5",
    usage: { inputTokens: 2_000, outputTokens: 3_000, reasoningTokens: 2_500 },
    // 0.002 x 5 = 0.01; 0.003 x 30 = 0.09
    work: [
      [0.002, 5],
      [0.003, 30],
    ],
    usd: 0.1,
  },
  {
    what: "GPT-5.5: exactly 272,000 tokens are long context (inclusive bound)",
    source: viaSource,
    read,
    price: "openai:gpt-5.5",
    usage: { inputTokens: 272_000, outputTokens: 1_000 },
    // the short rates are listed for "<272K": 0.272 x 10 = 2.72; 0.001 x 45 = 0.045
    work: [
      [0.272, 10],
      [0.001, 45],
    ],
    usd: 2.765,
  },
  {
    what: "GPT-5.5: one token below the bound",
    source: viaSource,
    read,
    price: "openai:gpt-5.5",
    usage: { inputTokens: 271_999, outputTokens: 1_000 },
    // 0.271999 x 5 = 1.359995; 0.03
    work: [
      [0.271999, 5],
      [0.001, 30],
    ],
    usd: 1.389995,
  },
  {
    what: "GPT-5.5: priority, with cached input",
    source: priority,
    read,
    price: "openai:gpt-5.5",
    usage: { inputTokens: 10_000, outputTokens: 1_000, cachedInputTokens: 8_000, serviceTier: "priority" },
    // 0.002 x 12.5 = 0.025; 0.008 x 1.25 = 0.01; 0.001 x 75 = 0.075
    work: [
      [0.002, 12.5],
      [0.008, 1.25],
      [0.001, 75],
    ],
    usd: 0.11,
  },
  {
    what: "GPT-5.5: priority excludes long context, which keeps the standard price",
    source: priority,
    read,
    price: "openai:gpt-5.5",
    usage: { inputTokens: 300_000, outputTokens: 1_000, serviceTier: "priority" },
    // 0.3 x 10 = 3; 0.001 x 45 = 0.045
    work: [
      [0.3, 10],
      [0.001, 45],
    ],
    usd: 3.045,
  },
  {
    what: "GPT-5 mini: priority",
    source: priority,
    read,
    price: "openai:gpt-5-mini",
    usage: { inputTokens: 100_000, outputTokens: 10_000, cachedInputTokens: 50_000, serviceTier: "priority" },
    // 0.05 x 0.45 = 0.0225; 0.05 x 0.045 = 0.00225; 0.01 x 3.6 = 0.036
    work: [
      [0.05, 0.45],
      [0.05, 0.045],
      [0.01, 3.6],
    ],
    usd: 0.06075,
  },
  {
    what: "GPT-4o mini: priority, whose rates are no round multiple",
    source: priority,
    read,
    price: "openai:gpt-4o-mini",
    usage: { inputTokens: 40_000, outputTokens: 10_000, serviceTier: "priority" },
    // 0.04 x 0.25 = 0.01; 0.01 x 1 = 0.01
    work: [
      [0.04, 0.25],
      [0.01, 1],
    ],
    usd: 0.02,
  },
  {
    what: "o3: flex at half the price",
    source: "https://rebruit.com/?p=16811 (half of every rate); standard rates: the catalogue's source",
    read,
    price: "openai:o3",
    usage: { inputTokens: 10_000, outputTokens: 5_000, reasoningTokens: 4_000, serviceTier: "flex" },
    // standard 2 and 8: 0.01 x 1 = 0.01; 0.005 x 4 = 0.02
    work: [
      [0.01, 1],
      [0.005, 4],
    ],
    usd: 0.03,
  },
  {
    what: "GPT-5.6 Sol: Fast mode in long context",
    source: fastMode,
    read,
    price: "openai:gpt-5.6-sol",
    usage: { inputTokens: 300_000, outputTokens: 1_000, cachedInputTokens: 100_000, serviceTier: "fast" },
    // 0.2 x 16 = 3.2; 0.1 x 1.6 = 0.16; 0.001 x 60 = 0.06
    work: [
      [0.2, 16],
      [0.1, 1.6],
      [0.001, 60],
    ],
    usd: 3.42,
  },
  {
    what: "GPT-Audio 1.5: sound in and out",
    source: audio,
    read,
    price: gptAudio,
    usage: { inputTokens: 1_500, outputTokens: 700, audioInputTokens: 1_000, audioOutputTokens: 600 },
    // text 500: 0.0005 x 2.5; sound 0.001 x 32 = 0.032; text out 100: 0.0001 x 10; sound 0.0006 x 64 = 0.0384
    work: [
      [0.0005, 2.5],
      [0.001, 32],
      [0.0001, 10],
      [0.0006, 64],
    ],
    usd: 0.07265,
  },
  {
    what: "Gemini 2.5 Flash: sound costs more than text",
    source: gemini,
    read: "2026-10-07",
    price: "google:gemini-2.5-flash",
    usage: { inputTokens: 10_000, outputTokens: 1_000, audioInputTokens: 8_000 },
    // text 0.002 x 0.3 = 0.0006; sound 0.008 x 1 = 0.008; 0.001 x 2.5 = 0.0025
    work: [
      [0.002, 0.3],
      [0.008, 1],
      [0.001, 2.5],
    ],
    usd: 0.0111,
  },
  {
    what: "Gemini 2.5 Pro: thoughts are output",
    source: gemini,
    read: "2026-10-07",
    price: "google:gemini-2.5-pro",
    usage: { inputTokens: 8_000, outputTokens: 4_000, reasoningTokens: 3_000 },
    // 0.008 x 1.25 = 0.01; 0.004 x 10 = 0.04 (output rate: the catalogue's source)
    work: [
      [0.008, 1.25],
      [0.004, 10],
    ],
    usd: 0.05,
  },
  {
    what: "Gemini 3.1 Pro: exactly 200,000 tokens have the lower rates ('<= 200k')",
    source: gemini,
    read: "2026-10-07",
    price: "google:gemini-3.1-pro-preview",
    usage: { inputTokens: 200_000, outputTokens: 1_000 },
    // 0.2 x 2 = 0.4; 0.001 x 12 = 0.012
    work: [
      [0.2, 2],
      [0.001, 12],
    ],
    usd: 0.412,
  },
  {
    what: "Gemini 3.1 Pro: above 200,000 tokens",
    source: gemini,
    read: "2026-10-07",
    price: "google:gemini-3.1-pro-preview",
    usage: { inputTokens: 250_000, outputTokens: 1_000 },
    // 0.25 x 4 = 1; 0.001 x 18 = 0.018
    work: [
      [0.25, 4],
      [0.001, 18],
    ],
    usd: 1.018,
  },
  {
    what: "Gemini 3.8 Flash: the introductory price on its last day",
    source: gemini,
    read: "2026-10-07",
    price: "google:gemini-3.8-flash",
    on: "2026-12-31",
    usage: { inputTokens: 100_000, outputTokens: 10_000 },
    // 0.1 x 0.75 = 0.075; 0.01 x 3.75 = 0.0375
    work: [
      [0.1, 0.75],
      [0.01, 3.75],
    ],
    usd: 0.1125,
  },
  {
    what: "Gemini 3.8 Flash: twice that from the first of January",
    source: gemini,
    read: "2026-10-07",
    price: "google:gemini-3.8-flash",
    on: "2027-01-01",
    usage: { inputTokens: 100_000, outputTokens: 10_000 },
    // 0.1 x 1.5 = 0.15; 0.01 x 7.5 = 0.075
    work: [
      [0.1, 1.5],
      [0.01, 7.5],
    ],
    usd: 0.225,
  },
  {
    what: "Gemini 3.5 Flash: flex at half the price",
    source: `${gemini}; ${geminiTiers}`,
    read,
    price: "google:gemini-3.5-flash",
    usage: { inputTokens: 20_000, outputTokens: 2_000, serviceTier: "flex" },
    // 0.02 x 0.75 = 0.015; 0.002 x 4.5 = 0.009
    work: [
      [0.02, 0.75],
      [0.002, 4.5],
    ],
    usd: 0.024,
  },
  {
    what: "Sonar: tokens and a fee for the request",
    source: `${perplexity}; fee for low search context`,
    read,
    price: sonar,
    usage: { inputTokens: 500, outputTokens: 500 },
    // 0.0005 x 1 + 0.0005 x 1 + 0.005
    work: [
      [0.0005, 1],
      [0.0005, 1],
    ],
    plusUsd: 0.005,
    usd: 0.006,
  },
  {
    what: "Sonar Deep Research: reasoning at a rate of its own, and one search",
    source: perplexity,
    read,
    price: sonarDeep,
    usage: { inputTokens: 1_000, outputTokens: 12_000, reasoningTokens: 10_000 },
    // 0.001 x 2 = 0.002; 2,000 answer: 0.002 x 8 = 0.016; reasoning 0.01 x 3 = 0.03; one search 0.005
    work: [
      [0.001, 2],
      [0.002, 8],
      [0.01, 3],
    ],
    plusUsd: 0.005,
    usd: 0.053,
  },
  {
    what: "DeepSeek V4 Pro: an hour before its price changes",
    source: deepseek,
    read,
    price: deepseekPro,
    on: "2026-08-16T15:00:00Z",
    usage: { inputTokens: 100_000, outputTokens: 10_000, cachedInputTokens: 80_000 },
    // 0.02 x 0.435 = 0.0087; 0.08 x 0.003625 = 0.00029; 0.01 x 0.87 = 0.0087
    work: [
      [0.02, 0.435],
      [0.08, 0.003625],
      [0.01, 0.87],
    ],
    usd: 0.01769,
  },
  {
    what: "DeepSeek V4 Pro: at the peak rates after the change",
    source: deepseek,
    read,
    price: deepseekPro,
    on: "2026-08-16T16:00:00Z",
    usage: { inputTokens: 100_000, outputTokens: 10_000, cachedInputTokens: 80_000 },
    // 0.02 x 1.32 = 0.0264; 0.08 x 0.044 = 0.00352; 0.01 x 3.96 = 0.0396
    work: [
      [0.02, 1.32],
      [0.08, 0.044],
      [0.01, 3.96],
    ],
    usd: 0.06952,
  },
  {
    what: "DeepSeek Flash: on a Monday at 05:00 UTC, outside of the peak hours",
    source: deepseek,
    read,
    price: "deepseek:deepseek-flash",
    on: "2026-11-30T05:00:00Z",
    usage: { inputTokens: 100_000, outputTokens: 10_000, cachedInputTokens: 80_000 },
    // 0.02 x 0.15 = 0.003; 0.08 x 0.003 = 0.00024; 0.01 x 0.6 = 0.006
    work: [
      [0.02, 0.15],
      [0.08, 0.003],
      [0.01, 0.6],
    ],
    usd: 0.00924,
  },
  {
    what: "DeepSeek Flash by its older name: on a Monday at 07:00 UTC, in the peak hours",
    source: deepseek,
    read,
    price: "deepseek:deepseek-v4-flash",
    on: "2026-11-30T07:00:00Z",
    usage: { inputTokens: 100_000, outputTokens: 10_000, cachedInputTokens: 80_000 },
    work: [
      [0.02, 0.3],
      [0.08, 0.006],
      [0.01, 1.2],
    ],
    usd: 0.01848,
  },
  {
    what: "Claude Sonnet 5: two web searches at 10 USD a thousand",
    source: claude,
    read,
    price: "anthropic:claude-sonnet-5",
    usage: { inputTokens: 20_000, outputTokens: 1_000, searches: 2 },
    // 0.02 x 2 = 0.04; 0.001 x 10 = 0.01; 2 x 0.01
    work: [
      [0.02, 2],
      [0.001, 10],
    ],
    plusUsd: 0.02,
    usd: 0.07,
  },
  {
    what: "GPT-6.2 Sol: three web searches at 10 USD a thousand",
    source: "https://developers.openai.com/api/docs/pricing (stored copy)",
    read,
    price: "openai:gpt-6.2-sol",
    usage: { inputTokens: 10_000, outputTokens: 1_000, searches: 3 },
    // 0.01 x 2 = 0.02; 0.001 x 10 = 0.01; 3 x 0.01
    work: [
      [0.01, 2],
      [0.001, 10],
    ],
    plusUsd: 0.03,
    usd: 0.06,
  },
  {
    what: "Gemini 3.8 Flash: four searches of Google at 14 USD a thousand",
    source: gemini,
    read,
    price: "google:gemini-3.8-flash",
    usage: { inputTokens: 1_000, outputTokens: 1_000, searches: 4 },
    // 0.001 x 0.75 = 0.00075; 0.001 x 3.75 = 0.00375; 4 x 0.014
    work: [
      [0.001, 0.75],
      [0.001, 3.75],
    ],
    plusUsd: 0.056,
    usd: 0.0605,
  },
  {
    what: "Gemini 2.5 Flash: four searches of one request, 35 USD a thousand requests",
    source: gemini,
    read,
    price: "google:gemini-2.5-flash",
    usage: { inputTokens: 1_000, outputTokens: 1_000, searches: 4 },
    // 0.001 x 0.3 = 0.0003; 0.001 x 2.5 = 0.0025; 0.035
    work: [
      [0.001, 0.3],
      [0.001, 2.5],
    ],
    plusUsd: 0.035,
    usd: 0.0378,
  },
  {
    what: "own GPUs: two for 7.2 seconds, shared by eight calls",
    source: "no page: a machine of one's own",
    read,
    price: ownGpus,
    usage: { inputTokens: 3_000, outputTokens: 400 },
    seconds: 7.2,
    work: [],
    // 2.5 x 2 / 8 = 0.625 USD an hour; 7.2 s = 0.002 h
    plusUsd: 0.00125,
    usd: 0.00125,
  },
];
