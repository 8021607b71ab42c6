import {
  type BudgetAccount,
  type BudgetAccountOwner,
  type BudgetLimit,
  type BudgetReset,
  InvalidOptionError,
  type SharedState,
} from "../../contracts/index.ts";
import type { QuotaDesk } from "../../contracts/ports/index.ts";
import { type OptionTable, readOption, readOptions } from "../../plugin/index.ts";
import { mostAmount, mostUsd, nanoOf, usdOf } from "./amounts.ts";
import { askStore, stateOf, timeOf } from "./ask-store.ts";
import type { Budget } from "./budget-options.ts";
import type { KeptBudget } from "./ledger.ts";
import { noLimit, type OwnLimit, ownLimit } from "./limit-for.ts";
import { tooManySet } from "./own-limits.ts";
import type { Owner } from "./owners.ts";
import { accountKey, limitAt, quotaLimitOf } from "./shared-windows.ts";
import type { SpendBook } from "./spend-book.ts";

/** Shows budgets and resets them. */
export interface BudgetDoor {
  read(owner?: BudgetAccountOwner): Promise<readonly BudgetAccount[]>;
  reset(reset: BudgetReset): Promise<BudgetAccount>;
  set(limit: BudgetLimit): Promise<BudgetAccount>;
}

type SharedBudgets = Pick<SharedState, "store" | "keyOf">;

export interface BudgetDoorParts {
  readonly budgets: readonly Budget[];
  readonly kept: readonly KeptBudget[];
  /** Absent: this process keeps the budgets. */
  readonly shared?: SharedBudgets | undefined;
  /** Holds leases of the shared budgets. */
  readonly desk?: Pick<QuotaDesk, "tellSpent" | "limits"> | undefined;
  /** Returns milliseconds since the epoch. */
  readonly now: () => number;
}

export function createBudgetDoor(parts: BudgetDoorParts): BudgetDoor {
  const { shared, desk, kept, now } = parts;
  const limits = desk?.limits;
  // A budget of a single request has no account.
  const budgets = parts.budgets.filter(({ periods }) => periods !== undefined);

  const inStore = async (from: SharedBudgets, budget: Budget, owner: Owner): Promise<BudgetAccount> => {
    const { store, keyOf } = from;
    const nowMs = await askStore(store, (one) => one.status(), timeOf);
    const set = await limits?.read(budget.name, accountKey(budget, owner));
    const limit = set === undefined ? limitOf(budget, owner) : limitAt(budget, set);
    const { key, windowEndsAt } = quotaLimitOf(budget, owner, limit, nowMs);
    const state = await askStore(store, ({ quotas }) => quotas.read([keyOf(key)]), stateOf);
    return accountOf(budget, owner, limit, { ...state, end: windowEndsAt });
  };

  const ofProcess = ({ budget, book }: KeptBudget, owner: Owner | undefined): readonly BudgetAccount[] => {
    const at = now();
    const owners = book.owners();
    // Also those that have not used anything, or were forgotten.
    const alsoSet = book
      .setLimits()
      .filter((set) => !owners.some((one) => one.tenant === set.tenant && one.name === set.name));
    const found = [...owners, ...alsoSet]
      .filter((one) => owner === undefined || (one.tenant === owner.tenant && one.name === owner.name))
      .map((one) => {
        const { used, held, end } = book.useOf(one, at);
        return accountOf(budget, one, limitOf(budget, one, book), { used, open: held, end });
      });
    const isAsked = owner !== undefined || budget.owner.kind === "router";
    const end = budget.periods?.of(at).end;
    return found.length === 0 && isAsked
      ? [accountOf(budget, owner ?? {}, limitOf(budget, owner ?? {}, book), { used: 0, open: 0, end })]
      : found;
  };

  /** Returns the budget of a name, and the owner whose account is meant. */
  const whose = (
    method: string,
    given: BudgetAccountOwner & { readonly name: string },
  ): readonly [Budget, Owner] => {
    const { name } = given;
    const budget = budgets.find((one) => one.name === name);
    if (budget === undefined)
      throw new InvalidOptionError(
        `${method}.name`,
        name,
        budgets.length === 0
          ? "the name of a budget: the router has none with a period"
          : `one of ${budgets.map((one) => one.name).join(", ")}`,
      );
    const owner = ownerOf(given);
    if (!fits(budget, owner))
      throw new InvalidOptionError(
        `${method}.owner`,
        owner,
        `an owner of ${budget.description}: ${ownerWords[budget.owner.kind]}`,
      );
    return [budget, owner];
  };

  return {
    async read(given) {
      const owner = given && ownerOf(readOptions("readBudgets", ownerOptions, given));
      const accounts: BudgetAccount[] = [];
      // What was spent of a lease is open in the store until it is told.
      if (shared !== undefined) await desk?.tellSpent();
      for (const budget of budgets) {
        if (owner !== undefined && !fits(budget, owner)) continue;
        const own = kept.find((one) => one.budget === budget);
        if (own !== undefined) accounts.push(...ofProcess(own, owner));
        // A store does not list owners: of budgets with several only an asked one is read.
        else if (shared !== undefined && (owner !== undefined || budget.owner.kind === "router"))
          accounts.push(await inStore(shared, budget, owner ?? {}));
      }
      return accounts;
    },
    async reset(given) {
      const reset = readOptions("resetBudget", resetOptions, given);
      const { to } = reset;
      const [budget, owner] = whose("resetBudget", reset);
      const isUsd = budget.unit === "usd";
      readOption(
        { is: "number", min: 0, max: isUsd ? mostUsd : mostAmount, integer: !isUsd },
        "resetBudget.to",
        to,
      );
      const used = isUsd ? nanoOf(to) : to;
      const own = kept.find((one) => one.budget === budget);
      if (own !== undefined) {
        own.book.reset(owner, used, now());
        return ofProcess(own, owner)[0] as BudgetAccount;
      }
      const from = shared as SharedBudgets;
      // What was spent before must not be told after it.
      await desk?.tellSpent();
      const nowMs = await askStore(from.store, (one) => one.status(), timeOf);
      const { key } = quotaLimitOf(budget, owner, budget.own, nowMs);
      await askStore(
        from.store,
        ({ quotas }) => quotas.reset(from.keyOf(key), used),
        () => true,
      );
      return inStore(from, budget, owner);
    },
    async set(given) {
      const set = readOptions("setBudget", budgetLimitOptions, given);
      const [budget, owner] = whose("setBudget", set);
      const { unit } = budget;
      if (typeof set.limit !== "number" && set.limit !== "default")
        throw new InvalidOptionError("setBudget.limit", set.limit, limitRule);
      const limit = set.limit === "default" ? undefined : ownLimit("setBudget.limit", unit, set.limit, "set");
      const own = kept.find((one) => one.budget === budget);
      if (own !== undefined) {
        own.book.setLimit(owner, limit, now());
        return ofProcess(own, owner)[0] as BudgetAccount;
      }
      const answer = await limits?.set(budget.name, accountKey(budget, owner), limit?.amount);
      if (answer === "full") throw tooManySet(budget);
      return inStore(shared as SharedBudgets, budget, owner);
    },
  };
}

const limitRule = 'an amount in the unit of the budget, or "default" for the one of the configuration';

const ownerWords = {
  router: "none, since it is the router's",
  tenant: "a tenant, or none for requests without one",
  session: "a session, and its tenant if it has one",
  label: "a value of the label, and its tenant if it has one",
};

function fits({ owner: { kind } }: Budget, { tenant, name }: Owner): boolean {
  if (kind === "router") return tenant === undefined && name === undefined;
  return kind !== "tenant" || name === undefined;
}

export const ownerOptions: OptionTable<BudgetAccountOwner, "tenant" | "owner"> = {
  tenant: { is: "text", optional: true },
  owner: { is: "text", optional: true },
};

export const resetOptions: OptionTable<BudgetReset, "tenant" | "owner"> = {
  name: { is: "text" },
  ...ownerOptions,
  // Its range is that of the budget's unit.
  to: { is: "number", default: 0 },
};

/** Returns the limit that holds for an owner. Where it cannot be found nothing may be used. */
function limitOf({ own, limitFor }: Budget, owner: Owner, book?: SpendBook): OwnLimit {
  try {
    return book?.limitOf(owner) ?? limitFor?.(owner) ?? own;
  } catch {
    return noLimit;
  }
}

export const budgetLimitOptions: OptionTable<BudgetLimit, "tenant" | "owner"> = {
  name: { is: "text" },
  ...ownerOptions,
  limit: { is: "any", expected: limitRule },
};

function ownerOf({ tenant, owner }: BudgetAccountOwner): Owner {
  return { tenant, name: owner };
}

function accountOf(
  { name, describe, unit, owner: of }: Budget,
  { tenant, name: owner }: Owner,
  limit: OwnLimit,
  { used, open, end }: { readonly used: number; readonly open: number; readonly end: number | undefined },
): BudgetAccount {
  const shown = unit === "usd" ? usdOf : (tokens: number): number => tokens;
  return {
    name,
    description: describe(limit),
    unit,
    per: of.kind === "label" ? of.label : of.kind,
    tenant,
    owner,
    used: shown(used),
    open: shown(open),
    limit: limit.given,
    limitFrom: limit.from,
    resetsAt: end !== undefined && Number.isFinite(end) ? end : undefined,
  };
}
