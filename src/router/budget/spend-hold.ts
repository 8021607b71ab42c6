import type { Amount } from "../../contracts/store.ts";
import { sumOf } from "./amounts.ts";
import { spentOf, usedOf } from "./other-periods.ts";
import type { Owner } from "./owners.ts";
import type { SpendAccount } from "./spend-account.ts";

/** The part of a budget that one request holds while it is under way. */
export interface Hold {
  readonly account: SpendAccount;
  /** Returns the amount that the request may use in all; below 0 if the budget is overdrawn. */
  room(): Amount;
  /** Returns what is used in the period, including what requests under way hold. */
  used(): Amount;
  /** Returns the same without what is held. */
  spent(): Amount;
  /** Sets the amount that is held. The caller makes sure that it fits. */
  set(amount: Amount): void;
  /** Ends the hold and records what was spent. Later calls do nothing. */
  settle(spent: Amount): void;
}

/** The accounts that holds are of. */
export interface HoldBook {
  readonly limit: Amount;
  /** Returns the account of an owner in the period in which a time lies. */
  accountOf(owner: Owner, now: number): SpendAccount;
  /** Returns true if the account's period is over. */
  isOver(account: SpendAccount): boolean;
}

/** Opens a hold of 0 in the period in which `openedAt` lies. */
export function openHold(book: HoldBook, owner: Owner, openedAt: number): Hold {
  return new OpenHold(book, owner, openedAt);
}

// A class, since each request under a budget opens one: closures per object would cost more.
class OpenHold implements Hold {
  readonly #book: HoldBook;
  readonly #openedAt: number;
  #account: SpendAccount;
  #held: Amount = 0;
  #isSettled = false;

  constructor(book: HoldBook, owner: Owner, openedAt: number) {
    this.#book = book;
    this.#openedAt = openedAt;
    this.#account = book.accountOf(owner, openedAt);
  }

  get account(): SpendAccount {
    // Moves to the current account if the first was forgotten meanwhile: nothing held there would count.
    if (this.#account.isForgotten && !this.#book.isOver(this.#account)) {
      this.#account = this.#book.accountOf(this.#account, this.#openedAt);
      this.#account.held += this.#held;
    }
    return this.#account;
  }

  room(): Amount {
    return this.#book.limit - (usedOf(this.account, this.#book.limit) - this.#held);
  }

  used(): Amount {
    return usedOf(this.account, this.#book.limit);
  }

  spent(): Amount {
    return spentOf(this.account, this.#book.limit);
  }

  set(amount: Amount): void {
    if (this.#isSettled) return;
    const { account } = this;
    account.held += amount - this.#held;
    this.#held = amount;
  }

  settle(spent: Amount): void {
    if (this.#isSettled) return;
    const { account } = this;
    this.#isSettled = true;
    account.held -= this.#held;
    account.used = sumOf(account.used, spent);
    this.#held = 0;
  }
}
