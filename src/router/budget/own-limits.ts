import { recordError } from "../../contracts/errors/index.ts";
import { type BudgetLimitFailed, InvalidOptionError } from "../../contracts/index.ts";
import type { Budget } from "./budget-options.ts";
import type { OwnLimit } from "./limit-for.ts";
import { keyBy, type Owner } from "./owners.ts";

/** A limit that was set at run time, and whose it is. */
export interface SetLimit extends Owner {
  readonly limit: OwnLimit;
}

/** Owners of a budget whose limit may be set at run time: state that is exported, or read each second, stays small. */
export const mostSet = 1_000;
/** Time in milliseconds after which it is told again that `limitFor` fails. */
const tellAgainMs = 60_000;

/** Limits of the owners of one budget: those that were set, else as they are configured. */
export class OwnLimits {
  readonly #budget: Budget;
  readonly #keyOf: (owner: Owner) => string;
  readonly #now: () => number;
  readonly #emit: (news: BudgetLimitFailed) => void;
  #set = new Map<string, SetLimit>();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    budget: Budget,
    now: () => number = Date.now,
    emit: (news: BudgetLimitFailed) => void = () => {},
  ) {
    this.#budget = budget;
    this.#keyOf = keyBy(budget.owner);
    this.#now = now;
    this.#emit = emit;
  }

  /** Returns the limit that holds for an owner. Throws `InvalidOptionError` where `limitFor` fails, and tells it. */
  of(owner: Owner): OwnLimit {
    const set = this.#set.size === 0 ? undefined : this.#set.get(this.#keyOf(owner));
    return set?.limit ?? this.configured(owner);
  }

  /** Returns the limit that holds for an owner for whom none is set. */
  configured(owner: Owner): OwnLimit {
    const { limitFor, own, name } = this.#budget;
    if (limitFor === undefined) return own;
    try {
      return limitFor(owner);
    } catch (error) {
      const at = this.#now();
      // A clock that is set back keeps nothing quiet.
      if (Math.abs(at - this.#toldAt) >= tellAgainMs) {
        this.#toldAt = at;
        const whose = { tenant: owner.tenant, owner: owner.name };
        this.#emit({ type: "budget-limit-failed", name, ...whose, error: recordError(error) });
      }
      throw error;
    }
  }

  /** Sets the limit of an owner, or takes it back. Throws `InvalidOptionError` if too many are set. */
  set({ tenant, name }: Owner, limit: OwnLimit | undefined): void {
    const key = this.#keyOf({ tenant, name });
    if (limit === undefined) this.#set.delete(key);
    else if (this.#set.size < mostSet || this.#set.has(key)) this.#set.set(key, { tenant, name, limit });
    else throw tooManySet(this.#budget);
  }

  /** Returns the limits that were set. */
  all(): readonly SetLimit[] {
    return [...this.#set.values()];
  }

  /** Replaces all limits that were set. */
  restore(given: readonly SetLimit[]): void {
    this.#set = new Map(given.map((one) => [this.#keyOf(one), one]));
  }
}

export function tooManySet({ name }: Pick<Budget, "name">): InvalidOptionError {
  return new InvalidOptionError(
    "setBudget.limit",
    name,
    `"default" for another owner first: ${mostSet} owners of a budget have a limit that was set; state many in limitFor`,
  );
}
