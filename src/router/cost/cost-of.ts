import type { PriceTerms, Rates, Usage } from "../../contracts/index.ts";
import { ratesAt, tierAt } from "../../plugin/rates-at.ts";
import { standard, tierPriceOf } from "../../plugin/service-tier.ts";

const secondsPerHour = 3_600;

/**
 * Returns the cost of a call in US dollars: each kind of token at its own rate, plus the price per request, the fee of
 * searches and the price of the GPUs for the `seconds` that it took. Undefined if a rate that it needs is not known; `unpricedPart` says which.
 *
 * The rates are those of the tier of the whole input, in the class of service of the usage. Counts that are negative
 * or not finite count as 0, and parts are limited to the whole. The price is that of one time: see `priceAt`.
 */
export function costOf(price: PriceTerms, usage: Usage, seconds?: number): number | undefined {
  const { serviceTier } = usage;
  const input = count(usage.inputTokens);
  const base = ratesAt(price, input);
  let rates = base;
  let factor = 1;
  let reading = base;
  let readFactor = 1;
  let writing = base;
  let writeFactor = 1;
  if (serviceTier !== undefined && serviceTier !== standard) {
    const tier = tierPriceOf(price, serviceTier);
    if (tier === undefined) return undefined;
    const { doesNotStackWith: apart } = tier;
    if (base === price || apart?.includes("longContext") !== true) {
      rates = tier.rates === undefined ? base : (tierAt(tier.tiers, input) ?? tier.rates);
      factor = tier.factor ?? 1;
      if (apart?.includes("cachedInput") !== true) [reading, readFactor] = [rates, factor];
      if (apart?.includes("cacheWrite") !== true) [writing, writeFactor] = [rates, factor];
    }
  }
  // Parts of the input, each limited to what those before it have left.
  const cached = Math.min(count(usage.cachedInputTokens), input);
  const cachedAudio = Math.min(count(usage.cachedAudioInputTokens), cached);
  const written = Math.min(count(usage.cacheWriteTokens), input - cached);
  const written1h = Math.min(count(usage.cacheWrite1hTokens), written);
  const audio = Math.min(count(usage.audioInputTokens), input - cached - written);
  const images = Math.min(count(usage.imageInputTokens), input - cached - written - audio);
  const output = count(usage.outputTokens);
  const reasoning = Math.min(count(usage.reasoningTokens), output);
  const audioOut = Math.min(count(usage.audioOutputTokens), output - reasoning);
  const imagesOut = Math.min(count(usage.imageOutputTokens), output - reasoning - audioOut);

  const micro =
    readFactor *
      ((cached - cachedAudio) * (reading.usdPerMillionCachedInputTokens ?? reading.usdPerMillionInputTokens) +
        at(
          cachedAudio,
          reading.usdPerMillionCachedAudioInputTokens ?? reading.usdPerMillionAudioInputTokens,
        )) +
    writeFactor *
      ((written - written1h) * (writing.usdPerMillionCacheWriteTokens ?? writing.usdPerMillionInputTokens) +
        at(written1h, writing.usdPerMillionCacheWrite1hTokens)) +
    factor *
      ((input - cached - written - audio - images) * rates.usdPerMillionInputTokens +
        at(audio, rates.usdPerMillionAudioInputTokens) +
        images * (rates.usdPerMillionImageInputTokens ?? rates.usdPerMillionInputTokens) +
        (output - reasoning - audioOut - imagesOut) * rates.usdPerMillionOutputTokens +
        reasoning * (rates.usdPerMillionReasoningTokens ?? rates.usdPerMillionOutputTokens) +
        at(audioOut, rates.usdPerMillionAudioOutputTokens) +
        at(imagesOut, rates.usdPerMillionImageOutputTokens));
  const usd = micro / 1e6 + (price.usdPerRequest ?? 0) + searchUsd(price, usage) + gpuUsd(price, seconds);
  // NaN says that a rate is missing.
  return usd >= 0 ? usd : undefined;
}

/** Describes what `costOf` lacks for the cost of a call; undefined if it lacks nothing. */
export function unpricedPart(price: PriceTerms, usage: Usage, seconds?: number): string | undefined {
  if (costOf(price, usage, seconds) !== undefined) return undefined;
  const { serviceTier } = usage;
  if (serviceTier !== undefined && serviceTier !== standard && tierPriceOf(price, serviceTier) === undefined)
    return `the price of the service tier ${serviceTier} is not known`;
  if (price.gpu !== undefined && seconds === undefined) return "the time that the call took is not known";
  for (const [part, name] of parts)
    if (costOf(price, { ...usage, [part]: 0 }, seconds) !== undefined)
      return `the rate of ${name} is not known`;
  return "rates of several kinds of tokens are not known";
}

const parts: readonly (readonly [keyof Usage, string])[] = [
  ["cacheWrite1hTokens", "a cache write for an hour"],
  ["audioInputTokens", "audio input"],
  ["cachedAudioInputTokens", "cached audio input"],
  ["audioOutputTokens", "audio output"],
  ["imageOutputTokens", "image output"],
  ["searches", "a web search"],
];

/**
 * Returns the cost of a standard call of text with nothing cached, in US dollars. Allocates nothing, since it runs per
 * candidate. Undefined if own GPUs are priced by time and their speed is not known.
 */
export function estimateCost(
  price: PriceTerms,
  inputTokens: number,
  outputTokens: number,
): number | undefined {
  const input = count(inputTokens);
  const output = count(outputTokens);
  const rates = ratesAt(price, input);
  const micro = input * rates.usdPerMillionInputTokens + output * rates.usdPerMillionOutputTokens;
  const usd = micro / 1e6 + (price.usdPerRequest ?? 0);
  if (price.gpu === undefined) return usd;
  const { outputTokensPerSecond } = price.gpu;
  return outputTokensPerSecond === undefined
    ? undefined
    : usd + gpuUsd(price, output / outputTokensPerSecond);
}

/** Returns the fee of the searches of a call; NaN if there were any and it is not known. */
function searchUsd({ searchFee: fee }: PriceTerms, { searches }: Usage): number {
  if (searches === undefined || searches === 0) return 0;
  if (fee === undefined) return Number.NaN;
  return fee.per === "request" ? fee.usd : fee.usd * searches;
}

/** Returns the cost of own GPUs for a time; NaN if the time is not known. */
export function gpuUsd({ gpu }: PriceTerms, seconds: number | undefined): number {
  if (gpu === undefined) return 0;
  const perHour = (gpu.usdPerGpuHour * (gpu.gpus ?? 1)) / (gpu.concurrentCalls ?? 1);
  return seconds === undefined ? Number.NaN : (perHour * Math.max(0, seconds)) / secondsPerHour;
}

/** Returns the cost of tokens at a rate that may be missing: NaN if there are any and it is. */
function at(tokens: number, rate: Rates["usdPerMillionAudioInputTokens"]): number {
  return tokens === 0 ? 0 : tokens * (rate ?? Number.NaN);
}

function count(tokens: number | undefined): number {
  return tokens !== undefined && tokens > 0 && tokens < Number.POSITIVE_INFINITY ? tokens : 0;
}
