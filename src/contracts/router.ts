import type { BudgetAccount, BudgetAccountOwner, BudgetReset } from "./budget-account.ts";
import type { ChatRequest, Completion, CompletionChunk } from "./chat.ts";
import type { Constraints } from "./constraint.ts";
import type { Attempt, CheckVerdict, Decision } from "./decision.ts";
import type { EventSink } from "./events.ts";
import type { Labels, Model } from "./model.ts";
import type { Policy } from "./policy.ts";
import type { RouterState } from "./router-state.ts";
import type { SharedState } from "./shared-state.ts";
import type { Tuning } from "./tuning.ts";
import type { Usage } from "./usage.ts";

/** Fields of a request that are for the router only and never reach a provider. */
export interface Routing<Id extends string = string> {
  /** Name of the conversation. */
  readonly session?: string | undefined;
  readonly tenant?: string | undefined;
  readonly labels?: Labels | undefined;
  /** Task type, if the caller knows it. */
  readonly category?: string | undefined;
  /** Language of the request as an ISO 639-1 code (`de`), if the caller knows it. */
  readonly language?: string | undefined;
  /** Constraints in addition to those of the router. */
  readonly constraints?: Constraints<Id> | undefined;
  /**
   * Limit for all attempts together, in US dollars. Each call then carries an output limit with which it cannot
   * cost more than is left. A model of unknown price is not permitted.
   */
  readonly maxCostUsd?: number | undefined;
  /** Time limit from the call to the whole answer, in milliseconds. */
  readonly deadlineMs?: number | undefined;
  /**
   * Pin: this model answers, or an error is thrown. Constraints still apply; no fallback unless `fallback`
   * allows it.
   */
  readonly model?: Id | undefined;
  /**
   * True if another permitted model may answer when those of the plan have failed. Default: true, or false
   * for a pinned request. A router with `execution.fallback: false` never falls back.
   */
  readonly fallback?: boolean | undefined;
}

/** A prompt, or a request in the shape of OpenAI chat completions with added routing fields. */
export type RouteRequest<Id extends string = string> = string | (ChatRequest & Routing<Id>);

/** Options of a single call of `route()` or `stream()`. */
export interface RouteOptions {
  /** Aborts the request, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a single call of `decide()`. */
export interface DecideOptions extends RouteOptions {
  /**
   * Number in [0, 1) that settles a lottery in place of the router's `random`. With the same draw a lottery
   * makes the same decision each time, and two routers can be compared.
   */
  readonly draw?: number | undefined;
}

/** An answer, and how it came about. */
export interface RouteResult<Id extends string = string> {
  /** Text of the first choice; "" if the answer is a tool call. */
  readonly text: string;
  readonly completion: Completion;
  readonly decision: Decision<Id>;
  /** All calls that were made, failed ones too, in order of their start. */
  readonly attempts: readonly Attempt<Id>[];
  /** Tokens of all attempts together. */
  readonly usage: Usage;
  /** Cost of all attempts together. Absent if the cost of one is not known. */
  readonly costUsd?: number | undefined;
  readonly latencyMs: number;
  /**
   * Verdict on this answer, if a check of `execution.degraded` did not accept it and no other model was
   * left.
   */
  readonly degraded?: CheckVerdict | undefined;
  /**
   * True if this is a copy of the answer of an equal request that was already under way (option
   * `coalesce`). The calls and their cost are in the result of the first caller only.
   */
  readonly coalesced?: true | undefined;
}

/**
 * Chunks of an answer. Iterate once: that makes the call, and until then `result` waits; a second iteration
 * is a `RouterError`. `decision` is made at once and resolves before the first chunk. `result` resolves after
 * the last chunk and rejects when the iteration does. The signal and the deadline end the request also
 * between two reads: `result` then rejects at once, and so does the next read.
 */
export interface RouteStream<Id extends string = string> extends AsyncIterable<CompletionChunk> {
  readonly decision: Promise<Decision<Id>>;
  readonly result: Promise<RouteResult<Id>>;
}

/** The part of a decision that feedback needs: a whole decision, or its JSON, has it. */
export type FeedbackDecision = Pick<Decision, "id" | "model" | "arms">;

/** Options of `feedback`. */
export interface FeedbackOptions {
  /** Origin of the verdict, for instance `thumbs` or `ticket`: 1 to 64 letters, digits, `.`, `_`, `:` or `-`. */
  readonly source?: string | undefined;
  /** Time of the verdict: milliseconds since the epoch, or ISO 8601. Default: now, by the router's clock. */
  readonly at?: number | string | undefined;
}

/** Sends each request to one of its models. `createRouter` makes one. */
export interface Router<Id extends string = string> {
  readonly models: Readonly<Record<Id, Model>>;
  readonly policy: Policy<Id>;
  /** Value of the option `tuning`. */
  readonly tuning?: Tuning | undefined;
  /** Value of the option `shared`. */
  readonly shared?: SharedState | undefined;
  /** Decides without calling a model of the plan. */
  decide(request: RouteRequest<Id>, options?: DecideOptions): Promise<Decision<Id>>;
  /** Decides, calls, and answers. */
  route(request: RouteRequest<Id>, options?: RouteOptions): Promise<RouteResult<Id>>;
  /**
   * Decides, calls, and answers chunk by chunk. A stream keeps its part of the budget and its place among the
   * calls under way until its last chunk, an error, an abort, the deadline, or until its consumer leaves
   * (`break`, `return()` or `throw()` of the iterator), which also ends a read under way.
   *
   * Nothing bounds a consumer that neither reads on nor leaves where there is no deadline and no signal: the
   * stream then holds all this, and `result` waits, as long as the process runs. Give streams a `deadlineMs` or
   * a `signal`. A stream that is never iterated makes no call and holds nothing.
   */
  stream(request: RouteRequest<Id>, options?: RouteOptions): RouteStream<Id>;
  /**
   * Adds a listener in addition to `onEvent`, for what is made after the router: audits, dashboards. Returns
   * a function that removes it. `close()` awaits the listener's `close`.
   */
  observe(sink: EventSink<Id>): () => void;
  /**
   * Tells the listeners how good an answer was: `feedback-given`, with model and arms of the decision. Takes the decision
   * itself, or its JSON, so that feedback may come years later and costs no memory. Nothing is remembered: a second
   * feedback on a decision is told again, and each listener decides whether it counts. Throws `InvalidOptionError` for
   * what is not a decision, and for a quality outside [0, 1]. An id that no listener knows is ignored.
   */
  feedback(decision: FeedbackDecision, quality: number, options?: FeedbackOptions): void;
  /**
   * Returns what the router has learnt (sessions, spend, means of returned usage), as plain JSON to be kept
   * over a restart.
   */
  exportState(): RouterState;
  /**
   * Replaces what the router has learnt. Sessions whose model it does not have are left out. Throws
   * `InvalidOptionError`, and then changes nothing.
   */
  restoreState(state: RouterState): void;
  /**
   * Returns what is used of the budgets in their current periods: of all owners that this process keeps, or of
   * `owner`. With a shared store, which does not list owners: of budgets of the router, and of `owner`. Rejects with
   * `StoreError` if the store cannot be asked.
   */
  readBudgets(owner?: BudgetAccountOwner): Promise<readonly BudgetAccount[]>;
  /**
   * Sets what an owner has used of a budget in its current period, for all processes that share the store. What is
   * reserved or leased stays. Rejects with `InvalidOptionError` if there is no such budget.
   */
  resetBudget(reset: BudgetReset): Promise<BudgetAccount>;
  /**
   * Waits for the event sink to flush, and refuses further requests. May be called more than once. It does
   * not wait for requests under way: let them end first, or a decision log drops (and counts) their lines.
   */
  close(): Promise<void>;
}
