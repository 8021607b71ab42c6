import type { ExcludableModel } from "../constraint.ts";
import type { BudgetFacts, Spend } from "../policy-facts.ts";
import type { RequestFacts } from "../request-facts.ts";
import type { Call, Refusal } from "./call.ts";

/** Keeps the money of a router: `maxCostUsd` of each request and the budgets that apply to it. */
export interface Ledger {
  /**
   * Opens the account of a request. `now` returns milliseconds since the epoch; periods of budgets depend on it.
   */
  open(request: AccountRequest, now: () => number): Account;
  /** True if what a whole plan is expected to cost is set aside at its begin. */
  readonly earmarks: boolean;
  /** True if a budget counts tokens. */
  readonly countsTokens: boolean;
}

export interface AccountRequest extends Partial<Pick<RequestFacts, "tenant" | "session" | "labels">> {
  /** Bound of the request itself in US dollars. Absent: none. */
  readonly maxCostUsd?: number | undefined;
  /** The most that each single call may cost, as a constraint bounds it. Absent: no bound. */
  readonly maxCallUsd?: number | undefined;
}

/** A model that may be called, as budgets of some models see it. Absent where it is not known: then all of them count the call. */
export type CountedModel = ExcludableModel;

/** Money and tokens that the next call of a request may use, and the bound that leaves the least. */
export interface Left {
  /** US dollars; Infinity if only tokens are bounded. */
  readonly usd: number;
  readonly by: "maxCostUsd" | "maxCost" | "budget";
  /** Tokens of input and output together. Absent: not bounded. */
  readonly tokens?: number | undefined;
}

/** Budgets of a request as decisions see them. Frozen. */
export interface BudgetState {
  readonly spend: Spend | undefined;
  readonly budgets: readonly BudgetFacts[];
  /** Soft limits that are reached. Absent: none is. */
  readonly degrades: readonly Degrade[] | undefined;
}

/** A soft limit that is reached, or a wish of the request. */
export interface Degrade {
  /** Absent: it is a wish. */
  readonly budget?: string | undefined;
  /** Models that the policy may still choose. */
  readonly to: readonly string[];
  /** Complexity below which it holds. Absent: for all requests. */
  readonly below: number | undefined;
  /** Reason for people. */
  readonly reason: string;
  /** Notes that a promise on quality forbids it. */
  readonly withhold: () => void;
}

/** A bound that ends a request. */
export interface ReachedBound {
  /** Name of a store that did not answer in time: whether there is room is not known. Absent: there is none. */
  readonly store?: string | undefined;
  /** Description for people. Absent: the request's own `maxCostUsd`. */
  readonly description?: string | undefined;
  readonly limitUsd?: number | undefined;
  readonly limitTokens?: number | undefined;
  /** Name of the budget. Absent: the bound is not a budget. */
  readonly budget?: string | undefined;
  /** End of the budget's period in milliseconds since the epoch. Absent: it has none. */
  readonly resetsAt?: number | undefined;
  /** Milliseconds until then, or until the store may answer. */
  readonly retryAfterMs?: number | undefined;
  /** True if the budget is not used up: it only knows no price of the models that are left. */
  readonly unpriced?: true | undefined;
}

/** The account of one request. Money in US dollars. */
export interface Account {
  /** True if a bound applies: each call then carries an output limit, and reserves what it can cost at most. */
  readonly isBounded: boolean;
  /**
   * Asks a store for what is left of budgets of which this process does not know it. Undefined if there is nothing to
   * ask; else a promise that resolves after `mostMs` or the time limit of the shared state at the latest. Never rejects.
   */
  learn(mostMs: number): Promise<void> | undefined;
  /** Returns what its calls have cost or reserved so far, in US dollars; 0 if no bound applies. */
  committedUsd(): number;
  /** Returns what the next call may cost, of this model; undefined if no bound applies. */
  left(model?: CountedModel): Left | undefined;
  /** Returns the budgets that apply, and tells of soft limits that are reached; undefined if there is no budget. */
  state(): BudgetState | undefined;
  /**
   * Returns true if the call can be paid for, in addition to calls that are paid or reserved. No side effect.
   */
  fits(call: Pick<Call, "costUsd" | "tokens">, model?: CountedModel): true | Refusal;
  /**
   * Sets aside what the whole plan is expected to cost, as far as the money goes, so that other requests do
   * not count on it. Budgets of some models set nothing aside.
   */
  earmark(usd: number): void;
  /**
   * Reserves what the call can cost at most, in all budgets or in none: at once if they are local, by a promise if a
   * store has to be asked. For an attempt that has a reservation it reserves that much more, of the same model.
   */
  reserve(
    call: Pick<Call, "attemptId" | "costUsd" | "tokens">,
    model?: CountedModel,
  ): true | Refusal | Promise<true | Refusal>;
  /**
   * Replaces the reservation by what the call has cost and used, or keeps it as spent if that is not known. Idempotent
   * by attempt: the first call counts.
   */
  settle(attemptId: string, costUsd: number | undefined, tokens?: number | undefined): void;
  /** Gives back the reservation of a call that was not made. Idempotent. */
  release(attemptId: string): void;
  /**
   * Closes the account: what the budgets hold for the request is replaced by what it has spent, once its last call has
   * ended. Idempotent.
   */
  close(): void;
  /** Returns the bound that a refusal names and that ends the request or a call; tells that it is reached. */
  reached(refusal: Refusal): ReachedBound;
}
