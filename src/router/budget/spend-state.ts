import { InvalidOptionError, type SpendAccountState, type SpendState } from "../../contracts/index.ts";
import { readOption } from "../../plugin/index.ts";
import { mostAmount, mostUsd, nanoOf, usdOf } from "./amounts.ts";
import type { Budget } from "./budget-options.ts";
import type { KeptBudget } from "./ledger.ts";
import type { RestoredAccount } from "./spend-account.ts";

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

/** Exports the accounts of all budgets. What is held counts as spent, unless the budget returns it. */
export function exportSpend(kept: readonly KeptBudget[]): SpendState {
  return {
    formatVersion: 2,
    budgets: kept.map(({ budget }) => ({ name: budget.name, kind: budget.kind })),
    accounts: kept.flatMap(({ budget, book }) =>
      book.accounts().map(({ tenant, name, start, used, held }): SpendAccountState => {
        const amount = budget.lapse === "spend" ? used + held : used;
        const usage = budget.unit === "usd" ? { usedUsd: usdOf(amount) } : { usedTokens: amount };
        return { budget: budget.name, tenant, owner: name, periodStart: start, ...usage };
      }),
    ),
  };
}

/** Accounts of exported state by budget, in the order of the budgets. */
export type CheckedSpend = readonly (readonly RestoredAccount[])[];

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
  if (state === undefined || kept.length === 0) return kept.map(() => []);
  const { formatVersion, accounts } = (state ?? {}) as { formatVersion?: unknown; accounts?: unknown };
  const isKnown = formatVersion === 1 || formatVersion === 2;
  if (!isKnown || !Array.isArray(accounts))
    throw new InvalidOptionError("state.spend", state, "what exportState() returned");
  if (formatVersion === 1) return ofVersion1(accounts, kept);
  checkKinds((state as SpendState).budgets, kept);
  const checked = kept.map((): RestoredAccount[] => []);
  accounts.forEach((one: Partial<SpendAccountState> | null, at) => {
    const path = `state.spend.accounts[${at}]`;
    const name = readOption({ is: "text" }, `${path}.budget`, one?.budget);
    const index = kept.findIndex(({ budget }) => budget.name === name);
    if (index >= 0) checked[index]?.push(accountOf(path, one, (kept[index] as { budget: Budget }).budget));
  });
  return checked;
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
    index > 0 ? [] : accounts.map((one, at) => accountOf(`state.spend.accounts[${at}]`, one, budget)),
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

function accountOf(path: string, one: Partial<SpendAccountState> | null, { unit }: Budget): RestoredAccount {
  const used =
    unit === "usd"
      ? nanoOf(readOption({ is: "number", min: 0, max: mostUsd + 1 }, `${path}.usedUsd`, one?.usedUsd))
      : readOption(
          { is: "number", min: 0, max: mostAmount, integer: true },
          `${path}.usedTokens`,
          one?.usedTokens,
        );
  if (one?.owner !== undefined && typeof one.owner !== "string")
    throw new InvalidOptionError(`${path}.owner`, one.owner, "a string");
  return {
    tenant: one?.tenant === undefined ? undefined : readOption({ is: "text" }, `${path}.tenant`, one.tenant),
    name: one?.owner,
    start: readOption(
      { is: "number", min: -lastTime, max: lastTime },
      `${path}.periodStart`,
      one?.periodStart,
    ),
    used,
  };
}
