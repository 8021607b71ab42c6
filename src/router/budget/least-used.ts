import type { Amount } from "../../contracts/store.ts";
import type { Budget } from "./budget-options.ts";
import { shareOf } from "./floors.ts";
import { spentOf } from "./other-periods.ts";
import { isUnderWay, type SpendAccount } from "./spend-account.ts";

export interface LeastUsedOptions extends Pick<Budget, "maxOwners"> {
  /** True if a tenant may have several accounts. */
  readonly byTenant: boolean;
  readonly now: number;
}

/** Accounts to forget, and what new ones start with then. */
export interface LeastUsed {
  readonly keys: readonly string[];
  /** The largest part of its limit that one of them has used, as amount and limit. What is held is not used. */
  readonly amount: Amount;
  readonly limit: Amount;
  /** The largest amount that one of them has used. */
  readonly most: Amount;
  /** Tenant that all of them are of, since it has more than half of the accounts. */
  readonly of: { readonly tenant: string | undefined } | undefined;
}

/** Part of `maxOwners` that stays: looking for the one that used least takes long for thousands. */
const stayingPart = 0.9;
/** The same beyond half of the accounts, where one tenant may have filled that half at half of the price. */
const stayingBeyondHalf = 0.35;

/**
 * Returns the accounts that have used least of their limits: of all or, if a tenant has more than half of them, of that one. So one that
 * floods a budget with owners takes at most half of the places from the others, and only its own owners begin with more
 * for it. Accounts with requests under way or a limit that was set are left out, and none that has used more goes in their place.
 */
export function leastUsed(
  accounts: ReadonlyMap<string, SpendAccount>,
  { maxOwners, byTenant, now }: LeastUsedOptions,
): LeastUsed {
  const of = byTenant ? largestTenant(accounts) : undefined;
  const shares = new Float64Array(accounts.size);
  let size = 0;
  for (const account of accounts.values()) {
    if (of !== undefined && account.tenant !== of.tenant) continue;
    shares[size] = usedShare(account);
    size += 1;
  }
  const share = (stayingPart * maxOwners * size) / accounts.size;
  const beyondHalf = byTenant && of === undefined ? accounts.size / 2 + stayingBeyondHalf * maxOwners : 0;
  const count = size - Math.floor(Math.max(share, beyondHalf));
  // Among all of them: where many are under way, the few others may be those that have used most.
  const mostShare = shares.subarray(0, size).sort()[count - 1] ?? -1;
  const keys: string[] = [];
  let amount = 0;
  let limit = 0;
  let most = 0;
  for (const [key, account] of accounts) {
    if (keys.length === count) break;
    if (of !== undefined && account.tenant !== of.tenant) continue;
    const share = usedShare(account);
    // One whose limit was set is known by name, and stays: else what it has used would be guessed from another limit.
    if (share > mostShare || isUnderWay(account, now) || account.limit.from === "set") continue;
    keys.push(key);
    const spent = spentOf(account);
    most = Math.max(most, spent);
    if (share <= shareOf(amount, limit)) continue;
    amount = spent;
    limit = account.limit.amount;
  }
  return { keys, amount, limit, most, of };
}

function usedShare(account: SpendAccount): number {
  return shareOf(spentOf(account), account.limit.amount);
}

/** Returns the tenant that has more than half of the accounts. */
function largestTenant(accounts: ReadonlyMap<string, SpendAccount>): LeastUsed["of"] {
  const counts = new Map<string | undefined, number>();
  for (const { tenant } of accounts.values()) {
    const count = (counts.get(tenant) ?? 0) + 1;
    if (count > accounts.size / 2) return { tenant };
    counts.set(tenant, count);
  }
  return undefined;
}
