import type { Spend } from "../policy.ts";
import type { Call, Refusal } from "./call.ts";

/** The money of a router: `maxCostUsd` of each request and the budgets that apply to it. */
export interface Ledger {
  /** Opens the account of a request. `now` is in milliseconds since the epoch and settles the budget's period. */
  open(request: AccountRequest, now: number): Account;
  /** The budget's state for policies. Absent: there is no budget. */
  spendOf?(tenant: string | undefined, now: number): Spend;
}

export interface AccountRequest {
  readonly tenant?: string | undefined;
  /** The request's own bound in US dollars. Absent: none. */
  readonly maxCostUsd?: number | undefined;
}

/** The account of one request. All amounts in US dollars. */
export interface Account {
  /** True if the call can be paid for, next to the calls that are paid or reserved. No side effect. */
  fits(call: Pick<Call, "costUsd">): true | Refusal;
  /** Sets aside what the whole plan is expected to cost, as far as it is there, so that other requests do not count on it. */
  earmark(usd: number): void;
  /** Reserves the call's estimate: at once where that is known locally, by a promise where a store has to be asked. */
  reserve(call: Pick<Call, "attemptId" | "costUsd">): true | Refusal | Promise<true | Refusal>;
  /**
   * Replaces the reservation by the cost; by the estimate where the cost is not known. Idempotent by
   * attempt: the first one counts.
   */
  settle(attemptId: string, costUsd: number | undefined): void;
  /** Gives the reservation of a call that was not made back. Idempotent. */
  release(attemptId: string): void;
  /** Ends the account: what the budget still holds for the request becomes what it has spent. Idempotent. */
  close(): void;
  /** Which bound a refusal names and the limit itself, for `BudgetExceededError`. */
  boundOf(refusal: Refusal): { readonly limitUsd: number; readonly description?: string | undefined };
}
