import {
  InvalidOptionError,
  type SpendAccountState,
  type SpendFloorState,
  type SpendLimitState,
  type SpendState,
} from "../../contracts/index.ts";
import type { Amount } from "../../contracts/store.ts";
import { readOption } from "../../plugin/index.ts";
import { mostAmount, mostUsd, nanoOf, usdOf } from "./amounts.ts";
import type { Budget } from "./budget-options.ts";
import type { Floor } from "./floors.ts";
import type { KeptBudget } from "./ledger.ts";
import { ownLimit } from "./limit-for.ts";
import { mostSet, type SetLimit } from "./own-limits.ts";
import type { Owner } from "./owners.ts";
import type { RestoredAccount } from "./spend-account.ts";
import type { RestoredSpend } from "./spend-book.ts";

/** Last time of a `Date`, in milliseconds since the epoch. */
const lastTime = 8.64e15;

/** Accounts of an earlier version, with one budget in US dollars. They are read, and no longer written. */
interface SpendStateVersion1 {
  readonly formatVersion: 1;
  readonly accounts: readonly {
    readonly tenant?: string | undefined;
    readonly periodStart: number;
    readonly usedUsd: number;
  }[];
}

/** Exports the accounts of all budgets. What is held stays held for its owner, unless the budget returns it. */
export function exportSpend(kept: readonly KeptBudget[]): SpendState {
  const floors = kept.flatMap(({ budget, book }) =>
    book.floors().map(({ of, start, amount, limit, most }): SpendFloorState => {
      const whose = of === undefined ? {} : { of: { tenant: of.tenant } };
      const amounts = {
        ...amountsOf(budget, amount, 0),
        ...limitOf(budget, limit),
        ...mostOf(budget, most, amount),
      };
      return { budget: budget.name, ...whose, from: start, ...amounts };
    }),
  );
  const limits = kept.flatMap(({ budget, book }) =>
    book.setLimits().map(({ tenant, name, limit }): SpendLimitState => {
      const amount = budget.unit === "usd" ? { limitUsd: limit.given } : { limitTokens: limit.given };
      return { budget: budget.name, tenant, owner: name, ...amount };
    }),
  );
  return {
    formatVersion: 2,
    budgets: kept.map(({ budget }) => ({ name: budget.name, kind: budget.kind })),
    accounts: kept.flatMap(({ budget, book }) =>
      book.accounts().map(({ tenant, name, start, used, held }): SpendAccountState => {
        const amounts = amountsOf(budget, used, budget.lapse === "spend" ? held : 0);
        return { budget: budget.name, tenant, owner: name, periodStart: start, ...amounts };
      }),
    ),
    ...(floors.length > 0 && { floors }),
    ...(limits.length > 0 && { limits }),
  };
}

function amountsOf({ unit }: Budget, used: Amount, held: Amount) {
  if (unit === "usd") return { usedUsd: usdOf(used), ...(held > 0 && { heldUsd: usdOf(held) }) };
  return { usedTokens: used, ...(held > 0 && { heldTokens: held }) };
}

/** The limit of what was used, unless all owners have the same. */
function limitOf({ unit, own, limitFor }: Budget, limit: Amount) {
  if (limitFor === undefined && limit === own.amount) return {};
  return unit === "usd" ? { limitUsd: usdOf(limit) } : { limitTokens: limit };
}

/** The largest amount, unless it is that of the largest part. */
function mostOf({ unit }: Budget, most: Amount, amount: Amount) {
  if (most === amount) return {};
  return unit === "usd" ? { mostUsd: usdOf(most) } : { mostTokens: most };
}

/** Exported state by budget, in the order of the budgets. */
export type CheckedSpend = readonly RestoredSpend[];

/**
 * Checks exported spend for these budgets. A limit may be another one than it was. Accounts of budgets that the router
 * does not have are left out. Throws `InvalidOptionError` if the state was not exported, or if a budget of the same
 * name counted something else: another owner, unit or period.
 */
export function checkSpend(
  state: SpendState | SpendStateVersion1 | undefined,
  kept: readonly { readonly budget: Budget }[],
): CheckedSpend {
  // A router without budgets has nothing to restore.
  if (state === undefined || kept.length === 0) return kept.map(() => nothing);
  const given = (state ?? {}) as Partial<Record<"formatVersion" | "accounts" | "floors" | "limits", unknown>>;
  const { formatVersion, accounts, floors = [], limits = [] } = given;
  const isKnown = formatVersion === 1 || formatVersion === 2;
  if (!isKnown || !Array.isArray(accounts))
    throw new InvalidOptionError("state.spend", state, "what exportState() returned");
  if (formatVersion === 1) return ofVersion1(accounts, kept);
  checkKinds((state as SpendState).budgets, kept);
  if (!Array.isArray(floors))
    throw new InvalidOptionError("state.spend.floors", floors, "an array, or absent");
  if (!Array.isArray(limits) || limits.length > mostSet * kept.length)
    throw new InvalidOptionError(
      "state.spend.limits",
      limits,
      `an array of ${mostSet} for each budget, or absent`,
    );
  const accountsOf = byBudget("state.spend.accounts", accounts, kept, accountOf);
  const floorsOf = byBudget("state.spend.floors", floors, kept, floorOf);
  const limitsOf = byBudget("state.spend.limits", limits, kept, limitOfState);
  return kept.map((_, at) => ({
    accounts: accountsOf[at] ?? [],
    floors: floorsOf[at] ?? [],
    limits: limitsOf[at] ?? [],
  }));
}

const nothing: RestoredSpend = { accounts: [], floors: [], limits: [] };

/** Returns what `read` makes of the entries of each budget. Those of budgets that there are not are left out. */
function byBudget<T extends { readonly budget?: string }, Read>(
  path: string,
  entries: readonly (Partial<T> | null)[],
  kept: readonly { readonly budget: Budget }[],
  read: (path: string, one: Partial<T> | null, budget: Budget) => Read,
): readonly (readonly Read[])[] {
  const found = kept.map((): Read[] => []);
  entries.forEach((one, at) => {
    const name = readOption({ is: "text" }, `${path}[${at}].budget`, one?.budget);
    const index = kept.findIndex(({ budget }) => budget.name === name);
    if (index >= 0)
      found[index]?.push(read(`${path}[${at}]`, one, (kept[index] as { budget: Budget }).budget));
  });
  return found;
}

/** An earlier version had one budget, in US dollars, per router or tenant. */
function ofVersion1(
  accounts: readonly (Partial<SpendAccountState> | null)[],
  kept: readonly { readonly budget: Budget }[],
): CheckedSpend {
  const [first] = kept;
  const isLikeIt =
    accounts.length === 0 ||
    (first?.budget.unit === "usd" && ["router", "tenant"].includes(first.budget.owner.kind));
  if (!isLikeIt)
    throw new InvalidOptionError(
      "state.spend.formatVersion",
      1,
      "2 for these budgets: an earlier version's state has one budget in US dollars per router or tenant, and the first of these is another one. Leave spend out of the state to begin again",
    );
  return kept.map(({ budget }, index) =>
    index > 0
      ? nothing
      : {
          accounts: accounts.map((one, at) => accountOf(`state.spend.accounts[${at}]`, one, budget)),
          floors: [],
          limits: [],
        },
  );
}

function checkKinds(given: unknown, kept: readonly { readonly budget: Budget }[]): void {
  if (!Array.isArray(given)) throw new InvalidOptionError("state.spend.budgets", given, "an array");
  given.forEach((one: { readonly name?: unknown; readonly kind?: unknown } | null, at) => {
    const name = readOption({ is: "text" }, `state.spend.budgets[${at}].name`, one?.name);
    const kind = readOption({ is: "text" }, `state.spend.budgets[${at}].kind`, one?.kind);
    const budget = kept.find((other) => other.budget.name === name)?.budget;
    if (budget !== undefined && budget.kind !== kind)
      throw new InvalidOptionError(
        `state.spend.budgets[${at}].kind`,
        kind,
        `"${budget.kind}", as the router's budget ${name}: give the changed budget another name, or restore without spend`,
      );
  });
}

function accountOf(path: string, one: Partial<SpendAccountState> | null, budget: Budget): RestoredAccount {
  return {
    ...ownerOf(path, one),
    start: timeOf(`${path}.periodStart`, one?.periodStart),
    used: amountOf(path, one, budget, "used"),
    held: amountOf(path, { heldUsd: 0, heldTokens: 0, ...one }, budget, "held"),
  };
}

function limitOfState(path: string, one: Partial<SpendLimitState> | null, { unit }: Budget): SetLimit {
  const [field, given] = unit === "usd" ? ["Usd", one?.limitUsd] : ["Tokens", one?.limitTokens];
  return { ...ownerOf(path, one), limit: ownLimit(`${path}.limit${field}`, unit, given, "set") };
}

function ownerOf(path: string, one: Pick<SpendAccountState, "tenant" | "owner"> | null): Owner {
  if (one?.owner !== undefined && typeof one.owner !== "string")
    throw new InvalidOptionError(`${path}.owner`, one.owner, "a string");
  return { tenant: tenantOf(path, one), name: one?.owner };
}

function floorOf(path: string, one: Partial<SpendFloorState> | null, budget: Budget): Floor {
  const of = one?.of === undefined ? undefined : { tenant: tenantOf(`${path}.of`, one.of) };
  const { unit, own } = budget;
  const [limit, most] = unit === "usd" ? [one?.limitUsd, one?.mostUsd] : [one?.limitTokens, one?.mostTokens];
  const amount = amountOf(path, one, budget, "used");
  return {
    of,
    start: timeOf(`${path}.from`, one?.from),
    amount,
    limit: limit === undefined ? own.amount : amountOf(path, one, budget, "limit"),
    most: most === undefined ? amount : amountOf(path, one, budget, "most"),
  };
}

function tenantOf(path: string, one: { readonly tenant?: unknown } | null): string | undefined {
  return one?.tenant === undefined ? undefined : readOption({ is: "text" }, `${path}.tenant`, one.tenant);
}

function timeOf(path: string, time: unknown): number {
  return readOption({ is: "number", min: -lastTime, max: lastTime }, path, time);
}

function amountOf(
  path: string,
  one: Partial<SpendAccountState & SpendFloorState> | null,
  { unit }: Budget,
  kind: "used" | "held" | "limit" | "most",
): Amount {
  if (unit === "usd")
    return nanoOf(
      readOption({ is: "number", min: 0, max: mostUsd + 1 }, `${path}.${kind}Usd`, one?.[`${kind}Usd`]),
    );
  const tokens = one?.[`${kind}Tokens`];
  return readOption(
    { is: "number", min: 0, max: mostAmount, integer: true },
    `${path}.${kind}Tokens`,
    tokens,
  );
}
