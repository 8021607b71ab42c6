import { InvalidOptionError } from "../../src/contracts/index.ts";
import type { Amount, Store } from "../../src/contracts/store.ts";
import { usdOf } from "../../src/router/budget/amounts.ts";
import type { Budget } from "../../src/router/budget/budget-options.ts";
import { type OwnerFacts, ownerOf } from "../../src/router/budget/owners.ts";
import { quotaLimitOf } from "../../src/router/budget/shared-windows.ts";

/** A budget in a shared store, and whose account is meant. */
export interface SharedAccount {
  /** Value of `shared.namespace`. Default `router`. */
  readonly namespace?: string | undefined;
  readonly budget: Budget;
  /** Tenant, session or labels of the owner. Default: the account of requests that name none. */
  readonly owner?: OwnerFacts | undefined;
}

/** Use of a shared budget in its current period, in US dollars or tokens. */
export interface SharedUse {
  /** Key in the store. It holds a hash of the owner, never its name. */
  readonly key: string;
  readonly used: number;
  /** Reserved by calls under way, and leased by processes. */
  readonly open: number;
  readonly limit: number;
  /** End of the period in milliseconds since the epoch. Absent: it has none. */
  readonly resetsAt: number | undefined;
}

/** Reads what an owner has used of a budget. Rejects with `StoreError` if the store does not answer. */
export async function readBudget(store: Store, account: SharedAccount): Promise<SharedUse> {
  const { budget } = account;
  const { key, windowEndsAt } = await limitOf(store, account);
  const [state] = await store.quotas.read([key]);
  const shown = (amount: Amount) => (budget.unit === "usd" ? usdOf(amount) : amount);
  return {
    key,
    used: shown(state?.used ?? 0),
    open: shown(state?.open ?? 0),
    limit: budget.own.given,
    resetsAt: windowEndsAt,
  };
}

async function limitOf(store: Store, { namespace = "router", budget, owner = {} }: SharedAccount) {
  if (budget.periods === undefined)
    throw new InvalidOptionError(
      "budget",
      budget.name,
      "one that is kept: each request has its own of this one",
    );
  const { nowMs } = await store.status();
  const limit = quotaLimitOf(budget, ownerOf(budget.owner, owner), budget.own, nowMs);
  return { ...limit, key: `${namespace}/${limit.key}` };
}
