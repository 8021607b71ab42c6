import type { ModelFacts } from "../../contracts/index.ts";
import type { Bill, ReturnedUsage } from "../../contracts/ports/pricing.ts";

type Amount = Pick<Bill, "costUsd" | "pricedAs" | "unpriced" | "substituted" | "costSource">;

/** Largest cost of a call in US dollars that is believed: a larger one would use up any budget. */
const mostUsd = 1_000;

/** Hosts of providers that state what a call costs: their word is the bill. */
const ownHosts: readonly string[] = ["openrouter.ai", "api.perplexity.ai", "api.x.ai"];

/**
 * Returns the bill with the cost that the provider states itself, if it does (`usage.cost`). At the provider's own address
 * that wins over the price list. At any other address a server can say what it likes: the more expensive of both counts, so
 * that a low number frees nothing of a budget. So it does where a call broke off. What no call costs is not believed.
 */
export function withStatedCost<T extends Amount>(
  amount: T,
  { endpoint, price }: ModelFacts,
  returned: ReturnedUsage,
  isWhole: boolean,
): T | Amount {
  const { cost, cost_details: details } = returned ?? {};
  if (cost === undefined || cost === null) return amount;
  const { costUsd: listed } = amount;
  const fee = believed(cost);
  if (fee === undefined) {
    const unpriced = "the provider states a cost that no call has";
    return {
      ...amount,
      costSource: "price",
      ...(listed === undefined && { unpriced: amount.unpriced ?? unpriced }),
    };
  }
  const upstream = upstreamOf(fee, details, (returned as { readonly is_byok?: unknown }).is_byok);
  if (upstream === undefined) {
    // What the owner of the key is billed for is the price list's, if that is known.
    if (listed !== undefined) return { ...amount, costUsd: listed + fee, costSource: "price" };
    const unpriced = "the provider states its own fee only, not what the call costs on your key";
    return { ...amount, costSource: "price", unpriced };
  }
  const stated = fee + upstream;
  if (!(isWhole && isOwnAddress(endpoint))) {
    // A cost that is not known keeps what was reserved by the price.
    const isLess = listed === undefined ? price !== undefined : listed > stated;
    if (isLess) return { ...amount, costSource: "price" };
  }
  const { substituted } = amount;
  return { costUsd: stated, costSource: "provider", ...(substituted !== undefined && { substituted }) };
}

function believed(usd: unknown): number | undefined {
  return typeof usd === "number" && usd >= 0 && usd <= mostUsd ? usd : undefined;
}

/**
 * Returns what the call costs in addition on a key of the caller's own, of which OpenRouter's `cost` is the fee alone; 0 where
 * `cost` is all; undefined if that is not known. Without `is_byok`, as in older answers, `cost` is below what it was made of.
 */
function upstreamOf(fee: number, details: unknown, isByok: unknown): number | undefined {
  const told = (details as { readonly upstream_inference_cost?: unknown } | null | undefined)
    ?.upstream_inference_cost;
  const upstream = believed(told);
  if (isByok === true) return upstream;
  return isByok !== false && upstream !== undefined && upstream > fee ? upstream : 0;
}

function isOwnAddress(endpoint: string | undefined): boolean {
  if (endpoint === undefined || !URL.canParse(endpoint)) return false;
  const { hostname, protocol } = new URL(endpoint);
  return protocol === "https:" && ownHosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
}
