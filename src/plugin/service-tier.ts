import type { ChatRequest, Model, PriceTerms, ServiceTierPrice } from "../contracts/index.ts";

/** The name of the standard class in calls: what `undefined` means in `Usage`. */
export const standard = "standard";

/** Names that providers give to the class which their list prices are for. */
const standardNames: ReadonlySet<string> = new Set(["default", "standard", "standard_only", "on_demand"]);
const longestName = 32;

/**
 * Returns the class of service that a provider names; `standard` for the usual one; undefined if none is named, or one
 * that is still to be chosen (`auto`).
 */
export function serviceTierOf(name: unknown): string | undefined {
  // Compared first, since most answers say so.
  if (name === "default" || name === standard) return standard;
  if (typeof name !== "string" || name === "" || name.length > longestName) return undefined;
  const small = name.toLowerCase();
  if (small === "auto" || !/^[a-z0-9_-]+$/.test(small)) return undefined;
  return standardNames.has(small) ? standard : small;
}

/** Returns the price of a class of service; undefined if it is not listed. */
export function tierPriceOf({ serviceTiers }: PriceTerms, name: string): ServiceTierPrice | undefined {
  return serviceTiers !== undefined && Object.hasOwn(serviceTiers, name) ? serviceTiers[name] : undefined;
}

/**
 * Returns the class of service that a call asks for, in small letters: by the extra body of its model, which is merged
 * into the request last, or by the request. `standard` for the usual one; undefined for none, or one that the
 * provider is to choose.
 */
export function askedServiceTier(
  { service_tier: asked }: Pick<ChatRequest, "service_tier">,
  { defaults }: Pick<Model, "defaults">,
): string | undefined {
  const tier: unknown = defaults?.extraBody?.["service_tier"] ?? asked;
  return tier === undefined || tier === null ? undefined : serviceTierOf(tier);
}
