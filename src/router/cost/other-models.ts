import type { ModelFacts, Usage } from "../../contracts/index.ts";
import type { Bill, ReturnedUsage } from "../../contracts/ports/pricing.ts";
import { isObject } from "../../plugin/fields-of.ts";
import { lookUpModel } from "./catalogue.ts";
import { costOf } from "./cost-of.ts";
import { priceAt } from "./price-at.ts";
import { usageOf } from "./usage-of.ts";

type Amount = Pick<Bill, "costUsd" | "pricedAs" | "unpriced" | "substituted">;

/** Models that may have taken part in a call. */
export interface OtherModels {
  /** The model that was called. */
  readonly asked: ModelFacts;
  /** Those of the router, whose own prices come first. */
  readonly models: readonly ModelFacts[];
  /** Start of the call: see `ServedCall`. */
  readonly at: number | undefined;
  /** Class of service of the call. */
  readonly serviceTier: string | undefined;
}

/**
 * Adds what other models cost that the provider asked for an answer, each at its own price. One whose price is not known
 * makes the cost of the call unknown, which `unpriced` says.
 */
export function withOtherModels(amount: Amount, returned: ReturnedUsage, given: OtherModels): Amount {
  const others: unknown = returned?.other_models;
  if (!Array.isArray(others) || others.length === 0) return amount;
  if (others.length > mostOthers)
    return { ...amount, costUsd: undefined, unpriced: amount.unpriced ?? "too many models took part" };
  let { costUsd } = amount;
  for (const other of others as readonly unknown[]) {
    if (!isObject(other) || typeof other["model"] !== "string") continue;
    const usage = usageOf(other);
    const added = usage && costOfOther(other["model"], usage, given);
    if (added === undefined) {
      const unpriced = `the price of ${other["model"].slice(0, longestName)}, which took part, is not known`;
      return { ...amount, costUsd: undefined, unpriced: amount.unpriced ?? unpriced };
    }
    if (costUsd !== undefined) costUsd += added;
  }
  return { ...amount, costUsd };
}

const longestName = 128;
/** Largest number of entries that are priced: each takes time, and no call has a hundredth of them. */
const mostOthers = 1_000;

function costOfOther(name: string, usage: Usage, given: OtherModels): number | undefined {
  const { asked, models, at, serviceTier } = given;
  const own = models.find(
    (one) => one.provider === asked.provider && one.endpoint === asked.endpoint && one.model === name,
  );
  const price = own?.price ?? lookUpModel(asked.provider, name)?.price;
  if (price === undefined) return undefined;
  const terms = priceAt(price, at);
  return costOf(terms, { ...usage, serviceTier }) ?? costOf(terms, usage);
}
