import { InvalidOptionError } from "../contracts/errors/index.ts";
import type {
  CheaperHours,
  GpuPrice,
  Price,
  PriceTerms,
  PriceTier,
  Rates,
  SearchFee,
  ServiceTierPrice,
  UnstackedPart,
} from "../contracts/price.ts";
import { checkKeys, checkNumber, checkText } from "./option-checks.ts";

const rateKeys = [
  "usdPerMillionInputTokens",
  "usdPerMillionOutputTokens",
  "usdPerMillionCachedInputTokens",
  "usdPerMillionCacheWriteTokens",
  "usdPerMillionCacheWrite1hTokens",
  "usdPerMillionAudioInputTokens",
  "usdPerMillionCachedAudioInputTokens",
  "usdPerMillionImageInputTokens",
  "usdPerMillionReasoningTokens",
  "usdPerMillionAudioOutputTokens",
  "usdPerMillionImageOutputTokens",
] as const satisfies readonly (keyof Rates)[];
const termKeys = [...rateKeys, "usdPerRequest", "searchFee", "cheaperHours", "tiers", "serviceTiers", "gpu"];
const unstacked: readonly UnstackedPart[] = ["longContext", "cachedInput", "cacheWrite"];

/** Bounds of a list, so that a price stays cheap to read at each call. */
const mostTiers = 32;
const mostServiceTiers = 16;
const mostChanges = 64;
const mostHours = 32;
/** Least time between two prices: a reservation looks an hour ahead. */
const leastBetweenMs = 3_600_000;

/**
 * Returns the price if it is valid: rates are finite and at least 0, input and output rates are present, tiers are in
 * ascending order of `aboveInputTokens`, changes in that of `from` and at least an hour apart. Throws
 * `InvalidOptionError` otherwise.
 */
export function checkPrice(option: string, price: Price): Price {
  checkKeys(option, price, [...termKeys, "changes", "source", "checkedOn"]);
  checkTerms(option, price);
  const { changes, source, checkedOn } = price;
  if (source !== undefined) checkText(`${option}.source`, source);
  if (checkedOn !== undefined && !(isDay(checkedOn) && !Number.isNaN(Date.parse(checkedOn))))
    throw new InvalidOptionError(`${option}.checkedOn`, checkedOn, 'a date like "2026-11-27"');
  if (changes === undefined) return price;
  let previous = Number.NEGATIVE_INFINITY;
  for (const [at, change] of checkArray(`${option}.changes`, changes, mostChanges).entries()) {
    const path = `${option}.changes[${at}]`;
    checkKeys(path, change, [...termKeys, "from"]);
    checkTerms(path, change);
    const start =
      typeof change.from === "string" && isIso(change.from) ? Date.parse(change.from) : Number.NaN;
    if (!(start - previous >= leastBetweenMs))
      throw new InvalidOptionError(
        `${path}.from`,
        change.from,
        "a time in ISO 8601, an hour or more after the one before",
      );
    previous = start;
  }
  return price;
}

function checkTerms(option: string, price: PriceTerms): void {
  checkRates(option, price);
  const { usdPerRequest, searchFee, cheaperHours, tiers, serviceTiers, gpu } = price;
  if (usdPerRequest !== undefined) checkNumber(`${option}.usdPerRequest`, usdPerRequest, { min: 0 });
  if (searchFee !== undefined) checkSearchFee(`${option}.searchFee`, searchFee);
  if (cheaperHours !== undefined) checkHours(`${option}.cheaperHours`, cheaperHours);
  if (tiers !== undefined) checkTiers(`${option}.tiers`, tiers);
  if (gpu !== undefined) checkGpu(`${option}.gpu`, gpu);
  if (serviceTiers === undefined) return;
  checkObject(`${option}.serviceTiers`, serviceTiers);
  const entries = Object.entries(serviceTiers);
  if (entries.length > mostServiceTiers)
    throw new InvalidOptionError(
      `${option}.serviceTiers`,
      `${entries.length} classes`,
      `at most ${mostServiceTiers} classes`,
    );
  for (const [name, tier] of entries) {
    if (!/^[a-z0-9_-]{1,32}$/.test(name) || name === "standard" || name === "default")
      throw new InvalidOptionError(
        `${option}.serviceTiers`,
        name,
        "names of classes other than the standard one, in small letters, for instance flex",
      );
    checkServiceTier(`${option}.serviceTiers.${name}`, tier);
  }
}

function checkSearchFee(option: string, fee: SearchFee): void {
  checkKeys(option, fee, ["usd", "per"]);
  checkNumber(`${option}.usd`, fee.usd, { min: 0 });
  if (fee.per !== undefined && fee.per !== "search" && fee.per !== "request")
    throw new InvalidOptionError(`${option}.per`, fee.per, '"search" or "request"');
}

function checkHours(option: string, hours: readonly CheaperHours[]): void {
  for (const [at, one] of checkArray(option, hours, mostHours).entries()) {
    const path = `${option}[${at}]`;
    checkKeys(path, one, ["days", "from", "to", "factor"]);
    const { days, from, to, factor } = one;
    if (days !== undefined)
      for (const day of checkArray(`${path}.days`, days, 7))
        checkNumber(`${path}.days`, day, { min: 0, max: 6, integer: true });
    if (!isHour(from) || from === "24:00")
      throw new InvalidOptionError(`${path}.from`, from, 'an hour in UTC like "04:00"');
    if (!isHour(to)) throw new InvalidOptionError(`${path}.to`, to, 'an hour in UTC like "06:00" or "24:00"');
    // A more expensive hour would be above what bounds and reservations count with.
    checkNumber(`${path}.factor`, factor, { min: 0, max: 1 });
  }
}

function isHour(value: unknown): boolean {
  return typeof value === "string" && /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/.test(value);
}

function checkServiceTier(option: string, tier: ServiceTierPrice): void {
  checkKeys(option, tier, ["factor", "rates", "tiers", "doesNotStackWith", "reserve"]);
  const { factor, rates, tiers, doesNotStackWith, reserve } = tier;
  if (reserve !== undefined && reserve !== "always" && reserve !== "asked")
    throw new InvalidOptionError(`${option}.reserve`, reserve, '"always" or "asked"');
  if ((factor === undefined) === (rates === undefined))
    throw new InvalidOptionError(option, tier, "an object with either factor or rates");
  if (factor !== undefined) checkNumber(`${option}.factor`, factor, { min: 0 });
  if (rates !== undefined) {
    checkKeys(`${option}.rates`, rates, rateKeys);
    checkRates(`${option}.rates`, rates);
  }
  if (tiers !== undefined) {
    if (rates === undefined) throw new InvalidOptionError(`${option}.tiers`, tiers, "absent without rates");
    checkTiers(`${option}.tiers`, tiers);
  }
  if (doesNotStackWith === undefined) return;
  for (const part of checkArray(`${option}.doesNotStackWith`, doesNotStackWith, unstacked.length))
    if (!unstacked.includes(part))
      throw new InvalidOptionError(`${option}.doesNotStackWith`, part, `one of ${unstacked.join(", ")}`);
}

function checkTiers(option: string, tiers: readonly PriceTier[]): void {
  let previous = 0;
  for (const [at, tier] of checkArray(option, tiers, mostTiers).entries()) {
    const path = `${option}[${at}]`;
    checkKeys(path, tier, [...rateKeys, "aboveInputTokens", "inclusive"]);
    checkRates(path, tier);
    // Above the tier before it, since the order decides which rates apply.
    previous = checkNumber(`${path}.aboveInputTokens`, tier.aboveInputTokens, {
      min: previous + 1,
      integer: true,
    });
    if (tier.inclusive !== undefined && typeof tier.inclusive !== "boolean")
      throw new InvalidOptionError(`${path}.inclusive`, tier.inclusive, "true or false");
  }
}

function checkGpu(option: string, gpu: GpuPrice): void {
  checkKeys(option, gpu, ["usdPerGpuHour", "gpus", "concurrentCalls", "outputTokensPerSecond"]);
  const { usdPerGpuHour, gpus, concurrentCalls, outputTokensPerSecond } = gpu;
  checkNumber(`${option}.usdPerGpuHour`, usdPerGpuHour, { min: 0 });
  if (gpus !== undefined) checkNumber(`${option}.gpus`, gpus, { min: Number.MIN_VALUE });
  if (concurrentCalls !== undefined) checkNumber(`${option}.concurrentCalls`, concurrentCalls, { min: 1 });
  if (outputTokensPerSecond !== undefined)
    checkNumber(`${option}.outputTokensPerSecond`, outputTokensPerSecond, { min: 0.001 });
}

function checkRates(option: string, rates: Rates): void {
  for (const [at, key] of rateKeys.entries()) {
    const required = at < 2;
    if (required || rates[key] !== undefined) checkNumber(`${option}.${key}`, rates[key], { min: 0 });
  }
}

function checkArray<T>(option: string, value: readonly T[], most: number): readonly T[] {
  if (!Array.isArray(value) || value.length > most)
    throw new InvalidOptionError(option, value, `an array of at most ${most}`);
  return value;
}

function checkObject(option: string, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InvalidOptionError(option, value, "an object");
}

function isDay(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d$/.test(value);
}

/** True for a date, or a time with its zone: without one, `Date.parse` takes the machine's. */
function isIso(value: string): boolean {
  return isDay(value) || /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(value);
}
