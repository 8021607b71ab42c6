import type { BudgetAccount, BudgetAccountOwner, BudgetReset } from "./budget-account.ts";
import type { CapLift, LiftedCap } from "./cap-lift.ts";
import type { ChatTool } from "./chat.ts";
import type { Classifier } from "./classifier.ts";
import type { Decision } from "./decision.ts";
import type { EventSink, NeverCalled } from "./events.ts";
import type { Model } from "./model.ts";
import type { NativeRequest } from "./native.ts";
import type { Output, OutputRequest, OutputResult, OutputStream } from "./output.ts";
import type { Policy } from "./policy.ts";
import type { Replaced, Replacement } from "./replacement.ts";
import type { RouteRequest } from "./route-request.ts";
import type { RouteResult, RouteStream } from "./route-result.ts";
import type { EndpointStates, RouterState } from "./router-state.ts";
import type { SharedState } from "./shared-state.ts";
import type { Tuning } from "./tuning.ts";

/** Options of a single call of `route()` or `stream()`. */
export interface RouteOptions {
  /** Aborts the request, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The same request as its sender wrote it, for a model that speaks its protocol. It changes no decision. For doors of
   * other interfaces, such as `createHandler`.
   */
  readonly native?: NativeRequest | undefined;
}

/** Options of a single call of `decide()`. */
export interface DecideOptions extends Omit<RouteOptions, "native"> {
  /**
   * Number in [0, 1) that settles a lottery in place of the router's `random`. With the same draw a lottery
   * makes the same decision each time, and two routers can be compared.
   */
  readonly draw?: number | undefined;
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
  /** The policy, as `replace` left it. So are the fields down to `release`. */
  readonly policy: Policy<Id>;
  readonly classifier: Pick<Classifier, "name" | "version">;
  /** Names of the constraints, in their order. */
  readonly constraints: readonly string[];
  /** Models that no request can reach, with the reason: the constraints and budgets leave them none. */
  readonly neverCalled: Readonly<Partial<Record<Id, NeverCalled>>>;
  /** Value of the option `tuning`. */
  readonly tuning?: Tuning | undefined;
  /** First 12 hex digits of the release's hash. Absent: the router was given none. */
  readonly release?: string | undefined;
  /** Value of the option `strictCapabilities`, where it is true. */
  readonly strictCapabilities?: true | undefined;
  /** True from the call of `close()` on. */
  readonly isClosed: boolean;
  /** Value of the option `shared`. */
  readonly shared?: SharedState | undefined;
  /** Decides without calling a model of the plan. */
  decide(request: RouteRequest<Id> | OutputRequest<Id>, options?: DecideOptions): Promise<Decision<Id>>;
  /**
   * Decides, calls, and answers. With `output`, the answer is JSON that the schema has validated, and `output` of the
   * result is what the schema returned for it. An answer that does not validate is treated as one that a check has refused: the
   * next model of the plan is called, then the next permitted one. Rejects with `InvalidOutputError` if no answer
   * validates.
   */
  route<Asked extends Output, Tools extends ChatTool[] | undefined = undefined>(
    request: OutputRequest<Id, Asked, Tools>,
    options?: RouteOptions,
  ): Promise<OutputResult<Id, Asked, Tools>>;
  route(request: RouteRequest<Id>, options?: RouteOptions): Promise<RouteResult<Id>>;
  /**
   * Decides, calls, and answers chunk by chunk. A stream keeps its part of the budget and its place among the
   * calls under way until its last chunk, an error, an abort, the deadline, or until its consumer leaves
   * (`break`, `return()` or `throw()` of the iterator), which also ends a read under way.
   *
   * Nothing bounds a consumer that neither reads on nor leaves where there is no deadline and no signal: the
   * stream then holds all this, and `result` waits, as long as the process runs. Give streams a `deadlineMs` or
   * a `signal`. A stream that is never iterated makes no call and holds nothing.
   *
   * With `output`, chunks come as they are written, and the whole answer is validated at its end: `result` then has
   * `output`, or iteration and `result` reject with `InvalidOutputError`. What was shown cannot be taken back, so that no
   * other model is called then.
   */
  stream<Asked extends Output, Tools extends ChatTool[] | undefined = undefined>(
    request: OutputRequest<Id, Asked, Tools>,
    options?: RouteOptions,
  ): OutputStream<Id, Asked, Tools>;
  stream(request: RouteRequest<Id>, options?: RouteOptions): RouteStream<Id>;
  /**
   * Adds a listener in addition to `onEvent`, for what is made after the router: audits, dashboards. Returns
   * a function that removes it. `close()` awaits the listener's `close`.
   */
  observe(sink: EventSink<Id>): () => void;
  /**
   * Replaces policy, classifier, tuning or constraints, all at once or not at all. First they are checked as at
   * construction, asked about the golden routes, and about the last decisions on what was known then. No model is called.
   * Requests under way, with all their hops, end with the parts they began with. Sessions, budgets, breakers and all else
   * that the router has learnt stay; so does the state of what both policies read. Several calls are done one after the
   * other. Rejects with `InvalidOptionError`, and with `RouterError` after `close()`; nothing is then replaced.
   */
  replace(parts: Replacement<Id>): Promise<Replaced>;
  /**
   * Puts back the parts that the last `replace` has replaced, with their state. They are one level: what was replaced
   * before that is gone, and a second `revert` rejects with `RouterError`, so that it cannot bring back what the first one
   * took out.
   */
  revert(reason: string): Promise<Replaced>;
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
   * Returns breakers that are not closed, and learnt limits, as `exportState` has them. Nothing else is copied, so that
   * the time does not grow with the number of sessions.
   */
  readEndpoints(): EndpointStates;
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
   * Lifts the cap of a guard from a tenant, session or label for a time, in which it is not tested either; then the evidence
   * begins at zero. Listeners are told (`escalation-lifted`), and with a shared store so are the other processes, within
   * seconds. Rejects with `InvalidOptionError` if there is no such guard, and with `StoreError` if the store does not take
   * it: the cap is then lifted in this process alone.
   */
  liftCap(lift: CapLift): Promise<LiftedCap>;
  /**
   * Waits for the event sink to flush, and refuses further requests. May be called more than once. It does
   * not wait for requests under way: let them end first, or a decision log drops (and counts) their lines.
   */
  close(): Promise<void>;
}
