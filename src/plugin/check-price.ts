import { InvalidOptionError } from "../contracts/errors/index.ts";
import type { Price } from "../contracts/model.ts";
import { checkKeys, checkNumber } from "./option-checks.ts";

const rateKeys = [
  "usdPerMillionInputTokens",
  "usdPerMillionOutputTokens",
  "usdPerMillionCachedInputTokens",
  "usdPerMillionCacheWriteTokens",
] as const;

/**
 * Returns the price if it is valid: rates are finite and at least 0, input and output rates are present,
 * and tiers are in ascending order of `aboveInputTokens`. Throws `InvalidOptionError` otherwise.
 */
export function checkPrice(option: string, price: Price): Price {
  checkKeys(option, price, [...rateKeys, "usdPerRequest", "tiers"]);
  checkRates(option, price);
  if (price.usdPerRequest !== undefined)
    checkNumber(`${option}.usdPerRequest`, price.usdPerRequest, { min: 0 });
  if (price.tiers === undefined) return price;
  if (!Array.isArray(price.tiers))
    throw new InvalidOptionError(`${option}.tiers`, price.tiers, "an array of tiers");
  let previous = 0;
  for (const [at, tier] of price.tiers.entries()) {
    const path = `${option}.tiers[${at}]`;
    checkKeys(path, tier, [...rateKeys, "aboveInputTokens"]);
    checkRates(path, tier);
    // Above the tier before it, since the order decides which rates apply.
    previous = checkNumber(`${path}.aboveInputTokens`, tier.aboveInputTokens, {
      min: previous + 1,
      integer: true,
    });
  }
  return price;
}

function checkRates(option: string, rates: Price): void {
  for (const [at, key] of rateKeys.entries()) {
    const required = at < 2;
    if (required || rates[key] !== undefined) checkNumber(`${option}.${key}`, rates[key], { min: 0 });
  }
}
