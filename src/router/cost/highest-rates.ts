import type { Price, PriceTerms, PriceTier, Rates, ServiceTierPrice } from "../../contracts/index.ts";
import { reaches } from "../../plugin/rates-at.ts";
import { standard } from "../../plugin/service-tier.ts";
import { gpuUsd } from "./cost-of.ts";
import { changesBetween, termsAt } from "./price-at.ts";

/** Conditions of a call that bound what its price list can bring. */
export interface CallBounds {
  /** Start of the call in milliseconds since the epoch. Absent: the first price of the list holds. */
  readonly at?: number | undefined;
  /** The most seconds that the call can take. Absent: nothing bounds it. */
  readonly mostSeconds?: number | undefined;
  /** Class of service that the call asks for. Absent: none, so that it may be any that is listed. */
  readonly serviceTier?: string | undefined;
  /** True if every class counts, also those that come only if a call asks for them. */
  readonly everyTier?: boolean | undefined;
}

/** Time between a reservation and the start of its call in which a price may change, in milliseconds. */
const soonMs = 3_600_000;

const anyCall: CallBounds = {};

/**
 * Returns the highest rate of an input token that can apply to an input of at most `mostInputTokens`, in US
 * dollars per million: of the base and of each tier that it may reach (the input may be shorter, and a tier's
 * rates lower than those below it), in each class of service, of each kind: text, audio or image, read, written to the
 * provider's cache or read from it.
 */
export function highestInputRate(
  price: Price,
  mostInputTokens: number,
  bounds: CallBounds = anyCall,
): number {
  return highest(price, mostInputTokens, bounds, inputRate);
}

/** Returns the highest rate of an output token that can apply, in US dollars per million. */
export function highestOutputRate(
  price: Price,
  mostInputTokens: number,
  bounds: CallBounds = anyCall,
): number {
  return highest(price, mostInputTokens, bounds, outputRate);
}

/**
 * Returns the most that a call with at most these tokens can cost, in US dollars; Infinity if own GPUs are priced by
 * time and nothing bounds the time.
 */
export function highestCost(
  price: Price,
  mostInputTokens: number,
  outputTokens: number,
  bounds: CallBounds = anyCall,
): number {
  const micro =
    mostInputTokens * highestInputRate(price, mostInputTokens, bounds) +
    outputTokens * highestOutputRate(price, mostInputTokens, bounds);
  const now = termsAt(price, bounds.at);
  const usd = micro / 1e6 + fixedUsd(now, bounds);
  const next = soonAfter(price, bounds);
  return next === undefined ? usd : Math.max(usd, micro / 1e6 + fixedUsd(next, bounds));
}

/** Returns what a call costs whatever its tokens are. */
function fixedUsd(terms: PriceTerms, { mostSeconds = Number.POSITIVE_INFINITY }: CallBounds): number {
  const gpu = terms.gpu === undefined || terms.gpu.usdPerGpuHour === 0 ? 0 : gpuUsd(terms, mostSeconds);
  return (terms.usdPerRequest ?? 0) + gpu;
}

type RateOf = (rates: Rates) => number;

function highest(price: Price, most: number, bounds: CallBounds, rateOf: RateOf): number {
  const now = highestOf(termsAt(price, bounds.at), most, bounds, rateOf);
  const next = soonAfter(price, bounds);
  return next === undefined ? now : Math.max(now, highestOf(next, most, bounds, rateOf));
}

/** Returns the price that comes into force soon: the call may start when it holds. */
function soonAfter(price: Price, { at }: CallBounds): PriceTerms | undefined {
  if (price.changes === undefined || at === undefined) return undefined;
  return changesBetween(price, at, at + soonMs) ? termsAt(price, at + soonMs) : undefined;
}

function highestOf(
  terms: PriceTerms,
  most: number,
  { serviceTier: asked, everyTier = false }: CallBounds,
  rateOf: RateOf,
): number {
  const { serviceTiers } = terms;
  let found = highestOfTiers(terms, terms.tiers, most, rateOf);
  if (serviceTiers === undefined || (asked === standard && !everyTier)) return found;
  const { all, always } = expensiveOf(serviceTiers);
  const isListed = asked !== undefined && Object.hasOwn(serviceTiers, asked);
  if (isListed && !everyTier)
    return Math.max(found, highestInService(terms, serviceTiers[asked] as ServiceTierPrice, most, rateOf));
  for (const service of everyTier ? all : always)
    found = Math.max(found, highestInService(terms, service, most, rateOf));
  return found;
}

type Services = NonNullable<PriceTerms["serviceTiers"]>;

/** Classes that may cost more than the standard one, which is counted anyway: all, and those reserved for every call. */
interface Expensive {
  readonly all: readonly ServiceTierPrice[];
  readonly always: readonly ServiceTierPrice[];
}

const expensive = new WeakMap<Services, Expensive>();

function expensiveOf(services: Services): Expensive {
  let found = expensive.get(services);
  if (found === undefined) {
    const all = Object.values(services).filter(({ factor = 2 }) => factor > 1);
    found = { all, always: all.filter(({ reserve }) => reserve !== "asked") };
    expensive.set(services, found);
  }
  return found;
}

function highestInService(
  terms: PriceTerms,
  { rates, tiers, factor = 1, doesNotStackWith }: ServiceTierPrice,
  most: number,
  rateOf: RateOf,
): number {
  if (rates !== undefined) return highestOfTiers(rates, tiers, most, rateOf);
  // Where it does not hold, the standard rates do, which are counted anyway.
  const isShortOnly = doesNotStackWith?.includes("longContext") === true;
  return factor * highestOfTiers(terms, isShortOnly ? undefined : terms.tiers, most, rateOf);
}

function highestOfTiers(
  base: Rates,
  tiers: readonly PriceTier[] | undefined,
  most: number,
  rateOf: RateOf,
): number {
  let found = rateOf(base);
  if (tiers === undefined) return found;
  for (const tier of tiers) if (reaches(tier, most)) found = Math.max(found, rateOf(tier));
  return found;
}

function inputRate({
  usdPerMillionInputTokens: read,
  usdPerMillionCachedInputTokens: cached = 0,
  usdPerMillionCacheWriteTokens: written = 0,
  usdPerMillionCacheWrite1hTokens: written1h = 0,
  usdPerMillionAudioInputTokens: audio = 0,
  usdPerMillionCachedAudioInputTokens: cachedAudio = 0,
  usdPerMillionImageInputTokens: image = 0,
}: Rates): number {
  return Math.max(read, cached, written, written1h, audio, cachedAudio, image);
}

function outputRate({
  usdPerMillionOutputTokens: text,
  usdPerMillionReasoningTokens: reasoning = 0,
  usdPerMillionAudioOutputTokens: audio = 0,
  usdPerMillionImageOutputTokens: image = 0,
}: Rates): number {
  return Math.max(text, reasoning, audio, image);
}
