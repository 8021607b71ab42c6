import type { Spend } from "../policy-facts.ts";
import type { Call, Refusal } from "./call.ts";

/** Keeps the money of a router: `maxCostUsd` of each request and the budgets that apply to it. */
export interface Ledger {
  /**
   * Opens the account of a request. `now` returns milliseconds since the epoch; a budget's period depends on it.
   */
  open(request: AccountRequest, now: () => number): Account;
  /** Returns the budget's state for policies. Absent if there is no budget. */
  spendOf?(tenant: string | undefined, now: number): Spend;
}

export interface AccountRequest {
  readonly tenant?: string | undefined;
  /** Bound of the request itself in US dollars. Absent: none. */
  readonly maxCostUsd?: number | undefined;
  /** The most that each single call may cost, as a constraint bounds it. Absent: no bound. */
  readonly maxCallUsd?: number | undefined;
}

/** Money that the next call of a request may cost, and the bound that leaves the least. */
export interface Left {
  readonly usd: number;
  readonly by: "maxCostUsd" | "maxCost" | "budget";
}

/** The account of one request. All amounts in US dollars. */
export interface Account {
  /** True if a bound applies: each call then carries an output limit, and reserves what it can cost at most. */
  readonly isBounded: boolean;
  /** Returns what the next call may cost; undefined if no bound applies. */
  left(): Left | undefined;
  /**
   * Returns true if the call can be paid for, in addition to calls that are paid or reserved. No side effect.
   */
  fits(call: Pick<Call, "costUsd">): true | Refusal;
  /**
   * Sets aside what the whole plan is expected to cost, as far as the money goes, so that other requests do
   * not count on it.
   */
  earmark(usd: number): void;
  /**
   * Reserves what the call can cost at most: at once if the account is local, by a promise if a store has to be asked.
   */
  reserve(call: Pick<Call, "attemptId" | "costUsd">): true | Refusal | Promise<true | Refusal>;
  /**
   * Replaces the reservation by the cost, or keeps it as spent if the cost is not known. Idempotent by attempt:
   * the first call counts.
   */
  settle(attemptId: string, costUsd: number | undefined): void;
  /** Gives back the reservation of a call that was not made. Idempotent. */
  release(attemptId: string): void;
  /**
   * Closes the account: what the budget holds for the request is replaced by what it has spent. Idempotent.
   */
  close(): void;
  /** Returns limit and description of the bound that a refusal names, for `BudgetExceededError`. */
  boundOf(refusal: Refusal): { readonly limitUsd: number; readonly description?: string | undefined };
}
