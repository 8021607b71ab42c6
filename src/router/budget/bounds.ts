import type { Amount } from "../../contracts/store.ts";
import type { Budget } from "./budget-options.ts";
import type { Owner } from "./owners.ts";
import type { Hold } from "./spend-hold.ts";

/** Soft limits and the limit of an account that were told of, so that each is told of once a period. */
export interface Told {
  /** Number of soft limits that were told of. */
  toldStep: number;
  toldLimit: boolean;
  toldWithheld: boolean;
  /** Number of thresholds that were told of, or that were passed before the account began. */
  toldThresholds: number;
  /** True while it is found out what is used, and once more if it has changed meanwhile. */
  isWatched?: boolean;
  isWatchedAgain?: boolean;
}

/** One budget as it bounds one request. Amounts in the budget's unit. */
export interface Bound {
  readonly budget: Budget;
  readonly owner: Owner;
  /** Returns what is used in the period, including what requests under way hold. */
  used(): Amount;
  /** True if it is known what is used: where it is not, `used` is 0. */
  readonly isKnown: boolean;
  /** Returns what is used without what is held; a promise if a store has to be asked, undefined if it does not answer. */
  spent(): Amount | Promise<Amount | undefined>;
  /**
   * True if this process is to tell of a threshold, false if another one is; undefined if a store that would know does not
   * answer.
   */
  claim(threshold: number): true | Promise<boolean | undefined>;
  /** Returns what the next call may use; `committed` is what the request has spent or reserved. */
  left(committed: Amount): Amount;
  /** Holds what the request has spent or reserved. */
  hold(committed: Amount): void;
  /** Ends the hold. Later calls do nothing. */
  close(spent: Amount): void;
  /** End of the period; Infinity if there is none. */
  readonly end: number;
  /** Absent: nothing is told of, since no other request shares the limit. */
  readonly told: Told | undefined;
}

/** A budget whose spend is kept in this process. */
export class LocalBound implements Bound {
  readonly budget: Budget;
  readonly isKnown: boolean = true;
  readonly #hold: Hold;

  constructor(budget: Budget, hold: Hold) {
    this.budget = budget;
    this.#hold = hold;
  }

  get owner(): Owner {
    return this.#hold.account;
  }

  get told(): Told {
    return this.#hold.account;
  }

  get end(): number {
    return this.#hold.account.end;
  }

  used(): Amount {
    return this.#hold.used();
  }

  spent(): Amount {
    return this.#hold.spent();
  }

  claim(): true {
    return true;
  }

  left(committed: Amount): Amount {
    return Math.max(0, this.#hold.room() - committed);
  }

  hold(committed: Amount): void {
    this.#hold.set(committed);
  }

  close(spent: Amount): void {
    this.#hold.settle(spent);
  }
}

/** A budget of each request by itself. */
export class RequestBound implements Bound {
  readonly budget: Budget;
  readonly isKnown: boolean = true;
  readonly end: number = Number.POSITIVE_INFINITY;
  readonly told: undefined;
  readonly owner: Owner = {};

  constructor(budget: Budget) {
    this.budget = budget;
  }

  used(): Amount {
    return 0;
  }

  spent(): Amount {
    return 0;
  }

  claim(): true {
    return true;
  }

  left(committed: Amount): Amount {
    return Math.max(0, this.budget.limit - committed);
  }

  hold(): void {}

  close(): void {}
}
