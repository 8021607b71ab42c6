import type { LearnedCapability } from "./capabilities.ts";
import type { ChatRequest, Completion } from "./chat.ts";
import type { Attempt, CheckVerdict, Decision, RecordedError } from "./decision.ts";
import type { FollowOptions, FollowUp } from "./follow-up.ts";
import type { Hop } from "./hop.ts";
import type { FeedbackGiven, LoopEvent, PartsReplaced } from "./loop-events.ts";
import type { BudgetFacts } from "./policy-facts.ts";
import type { PoolEvent } from "./pool.ts";
import type { Usage } from "./usage.ts";

/** Returns the text of a finished request. A function, so that no serialiser meets the text by chance. */
export type ReadText = () => { readonly ask: string; readonly window: string };

/** The ways to the text of an answered request, and on from it. Functions, for the same reason. */
export interface Answered {
  /** Returns the request as it was sent, without routing fields. Frozen. */
  readonly readRequest: () => ChatRequest;
  /**
   * Returns a copy of the answer that the caller got. Frozen. To be asked for while the event is handled: later the
   * caller may have changed the answer.
   */
  readonly readAnswer: () => Completion;
  /**
   * Returns the size of the request and of the answer as they are kept: one for each character of texts and names, also of what its sender
   * wrote where that is kept, and eight for each value. What keeps this event bounds it by that.
   */
  readonly readSize: () => number;
  /**
   * Opens a way to models for something that follows the answer, for instance an audit. The constraints of the request,
   * the router's budgets and its ledger apply to each call; the deadline of the request does not. Its user calls `end`.
   * Throws `RouterError` once the router is closed, which also ends what is under way.
   */
  readonly follow: (hop: "shadow", options?: FollowOptions) => FollowUp;
  /** Returns a random number in [0, 1) of the router's `random`, for a sample that is drawn after the answer. */
  readonly draw: () => number;
}

/** A log lost decisions. Emitted at the first, then at most once a minute. */
export interface DecisionsLost {
  readonly type: "decisions-lost";
  readonly file: string;
  /** Number of decisions that the log has lost so far. */
  readonly lost: number;
  readonly reason: "queue-full" | "write-failed" | "not-json" | "closed";
}

/** The store of shared state does not answer, or gives answers that cannot be read. Emitted once until it is back. */
export interface StoreFailed {
  readonly type: "store-failed";
  readonly store: string;
  readonly error: RecordedError;
  /** Rule for requests that the leases of this process do not cover. */
  readonly down: "open" | "closed";
}

/** The store answers again, or was restarted without having been missed. This process has told it what it holds. */
export interface StoreRecovered {
  readonly type: "store-recovered";
  readonly store: string;
  /** Time without it in milliseconds. */
  readonly downMs: number;
  /** True if the store was restarted meanwhile, so that data may be lost. */
  readonly restarted: boolean;
  /** Number of reservations of this process that the store no longer knew, and their sum in the smallest unit. */
  readonly reservedAgain: number;
  readonly amountAgain: number;
  /** Number of reservations of which the store was told nothing, since too many waited: it counts them as spent. */
  readonly forgotten: number;
}

/** Reason for which no request can reach a model of a router. */
export interface NeverCalled {
  readonly kind: "unpriced" | "not-permitted";
  /** Reason for people. */
  readonly reason: string;
}

/**
 * Something in the life of a model that its users should know. Emitted once per model and kind, and per capability where
 * there is one.
 *
 * - `deprecated`, `retired`: by the dates of the catalogue, when the router is made or at the model's first call after.
 * - `substituted`: another model answered, whose price is known. `unknown`: one of which nothing is known answered, so
 *   that the cost is not known either.
 * - `changed`: answers name another model than the first answer did.
 * - `withheld`: a request needed a `capability` that the model is not known to have and another permitted one is; a policy
 *   did not see it. Images and files, and with `strictCapabilities` the others.
 * - `unpriced`: a budget in dollars keeps requests from it, since its price is not known. `not-permitted`: a constraint permits
 *   it for no request. Told when the router is made, with the `reason`.
 * - `lacks`: it has refused a request because it does not have a `capability`: for an hour other models are asked first, or its
 *   messages are sent as it takes them (`RoleRule`).
 */
export interface ModelLifeEvent<Id extends string = string> {
  readonly type: "model-life";
  readonly kind:
    | "deprecated"
    | "retired"
    | "substituted"
    | "unknown"
    | "changed"
    | "withheld"
    | "lacks"
    | NeverCalled["kind"];
  readonly model: Id | string;
  readonly name: string;
  readonly capability?: LearnedCapability["capability"] | "contentTypes" | undefined;
  /** Date of the retirement, as `YYYY-MM-DD`, if it is known. */
  readonly retiresOn?: string | undefined;
  /** Model that the provider recommends instead. */
  readonly replacement?: string | undefined;
  /** Reason why no request can reach it. */
  readonly reason?: string | undefined;
  /** Model that answered, according to the provider. */
  readonly servedModel?: string | undefined;
  /** Source of the dates, with the date on which it was read. */
  readonly source?: string | undefined;
}

/**
 * A limit of a budget was reached: a soft one (`budget-degraded`), a soft one that does not apply because a promise on
 * quality is at risk (`budget-degrade-withheld`), or the limit itself, by a request that is refused
 * (`budget-reached`); or a share of it is used up (`budget-threshold`). Emitted once for each owner, period and limit.
 */
export interface BudgetNews extends BudgetFacts {
  readonly type: "budget-degraded" | "budget-degrade-withheld" | "budget-reached" | "budget-threshold";
  /** Tenant of the account. Absent for a budget of the router, or where the request had none. */
  readonly tenant?: string | undefined;
  /** Session, or value of the label, whose budget it is. */
  readonly owner?: string | undefined;
  /** Threshold that is used up, for `budget-threshold`: a share of the limit. */
  readonly share?: number | undefined;
  /** Reason for people. */
  readonly reason: string;
}

/**
 * The function `limitFor` of a budget has thrown, or returned no amount, for an owner, whose request failed. Emitted at the first,
 * then at most once a minute for each budget.
 */
export interface BudgetLimitFailed {
  readonly type: "budget-limit-failed";
  /** Name of the budget. */
  readonly name: string;
  readonly tenant?: string | undefined;
  /** Session, or value of the label. */
  readonly owner?: string | undefined;
  readonly error: RecordedError;
}

/**
 * The share of requests for the large model of a tenant, session or label is far above what is usual (`abnormal`), or
 * a cap has ended (`over`), or a person has lifted it, or keeps one from coming (`lifted`): the next abnormal share is told
 * again. So is one that goes on after the time told in `until`.
 */
export interface EscalationEvent {
  readonly type: "escalation-abnormal" | "escalation-over" | "escalation-lifted";
  /** Name of the guard. */
  readonly guard: string;
  /** Kind of unit that is watched: `tenant`, `session` or the name of a label. */
  readonly by: string;
  /** Name of the unit. Absent: requests without one. */
  readonly unit?: string | undefined;
  /** Tenant of a unit that is not a tenant. */
  readonly tenant?: string | undefined;
  /** True for all new tenants together, of which each has too few requests to be tested by itself. */
  readonly together?: true | undefined;
  /** Number of its requests that were watched so far. */
  readonly requests: number;
  /** Share of about its last 100 requests that was for the large model. */
  readonly share: number;
  /** Largest share that was taken to be usual. */
  readonly usual: number;
  /** True if the unit is kept from the large model. */
  readonly capped: boolean;
  /** End of the cap, or of the lift, in milliseconds since the epoch, or the earliest time at which the event is told again. */
  readonly until: number;
  /** Command that lifts the cap, next to `router.liftCap`. Absent where nothing is capped. */
  readonly liftWith?: string | undefined;
}

/**
 * Event that a router passes to `onEvent`. Emitted synchronously; a listener that throws or rejects is
 * ignored.
 */
export type RouterEvent<Id extends string = string> =
  | { readonly type: "decision-made"; readonly decision: Decision<Id> }
  | { readonly type: "classifier-failed"; readonly decisionId: string; readonly error: RecordedError }
  /** The training of the classifier found something that speaks against it. Emitted once, when a router is made. */
  | {
      readonly type: "classifier-not-recommended";
      readonly classifier: { readonly name: string; readonly version: string };
      readonly reason: string;
    }
  | {
      readonly type: "attempt-started";
      readonly decisionId: string;
      readonly model: Id | string;
      readonly hop: Hop;
    }
  /**
   * The next model was passed over: a constraint now forbids it, its breaker is open, it asked for a pause,
   * or a limit is reached.
   */
  | {
      readonly type: "attempt-skipped";
      readonly decisionId: string;
      readonly model: Id | string;
      readonly hop: Hop;
      readonly reason: string;
    }
  /** Emitted once for each attempt. */
  | {
      readonly type: "attempt-ended";
      readonly decisionId: string;
      readonly tenant?: string | undefined;
      readonly attempt: Attempt<Id>;
      /**
       * True if no event of the request's end lists the attempt: it ended after that event, or a classifier made
       * it for `decide()`.
       */
      readonly unlisted?: true | undefined;
    }
  | (Answered & {
      readonly type: "request-completed";
      readonly decision: Decision<Id>;
      readonly attempts: readonly Attempt<Id>[];
      readonly usage: Usage;
      readonly costUsd?: number | undefined;
      readonly latencyMs: number;
      /** Verdict on the answer, as in the result. */
      readonly degraded?: CheckVerdict | undefined;
      readonly readText: ReadText;
    })
  /** A caller received the answer of an equal request that was already under way. No call was made for it. */
  | {
      readonly type: "request-coalesced";
      readonly decision: Decision<Id>;
      readonly latencyMs: number;
    }
  | FeedbackGiven
  | PartsReplaced
  | LoopEvent
  | BudgetNews
  | BudgetLimitFailed
  | DecisionsLost
  | ModelLifeEvent<Id>
  | EscalationEvent
  | StoreFailed
  | StoreRecovered
  | PoolEvent<Id>
  | {
      readonly type: "request-failed";
      /** Decision for the request. Absent if it failed before a decision was made. */
      readonly decision?: Decision<Id> | undefined;
      readonly attempts: readonly Attempt<Id>[];
      readonly error: RecordedError;
      readonly latencyMs: number;
      readonly readText: ReadText;
    };

/**
 * Listener of a router. If it has a `close`, the router's `close()` awaits it; if it has an `attach`, it gets a
 * function that reports to the router's listeners.
 */
export interface EventSink<Id extends string = string> {
  (event: RouterEvent<Id>): void;
  attach?(emit: (event: DecisionsLost | LoopEvent) => void): void;
  close?(): Promise<void>;
  /**
   * Surrounds each call of a model, and each reading of a stream, for what is bound to the code that runs: the context of a
   * trace, a store of `AsyncLocalStorage`. It calls `work` once, at once; what it throws or leaves out changes nothing.
   */
  around?(call: CalledModel, work: () => void): void;
}

/** A call of a model that is under way. */
export interface CalledModel<Id extends string = string> {
  readonly decisionId: string;
  /** Id of the attempt: that of the record that will be told of. */
  readonly attemptId: string;
  readonly model: Id;
  readonly hop: Hop;
}
