import type {
  Attempt,
  Constraint,
  EventSink,
  Model,
  ModelFacts,
  RequestFacts,
  RouteRequest,
  RouterState,
  Tuning,
  Usage,
} from "../contracts/index.ts";
import type { DecisionParts } from "../decision/index.ts";
import type { ExecutionContext, ResolvedExecutionOptions } from "../execution/index.ts";
import type { Breakers } from "../state/breakers.ts";
import type { Hedging } from "../state/hedging.ts";
import type { Limits } from "../state/limits.ts";
import type { LoadBudget } from "../state/load-budget.ts";
import type { SessionAnswer } from "../state/sessions.ts";
import type { SpendBook } from "../state/spend.ts";

/** Everything a router is made of. Nothing has a default here: `createRouter` fills them in. */
export interface RouterParts<Id extends string> extends DecisionParts<Id> {
  readonly modelsById: Readonly<Record<Id, Model>>;
  readonly tuning: Tuning | undefined;
  /** The router's own checks (capabilities, context window), which read the request itself. */
  readonly ownConstraints: readonly Constraint<Id>[];
  /** The team's. They hold for classifiers and checks that call models, too. */
  readonly constraints: readonly Constraint<Id>[];
  /** Facts as the router's own models have them: completed from the catalogue. */
  readonly completeFacts: (facts: ModelFacts) => ModelFacts;
  readonly normalise: (request: RouteRequest<Id>) => RequestFacts;
  /** Exact, or nearly so; takes its time. */
  readonly countTokens: (text: string, signal: AbortSignal) => Promise<number>;
  readonly estimateTokens: (text: string) => number;
  readonly usageOrEstimate: ExecutionContext["usageOrEstimate"];
  readonly costOf: (facts: ModelFacts, usage: Usage) => number | undefined;
  /** Learns from what a provider counted. */
  readonly observe: (name: string, estimatedInputTokens: number, usage: Usage) => void;
  /** Learns how an endpoint does from a call that has ended. */
  readonly observeHealth: (attempt: Attempt) => void;
  readonly breakers: Breakers;
  readonly retryBudget: LoadBudget;
  /** Absent: no hedges. */
  readonly hedging: Hedging | undefined;
  /** Absent: there are none. */
  readonly limits: Limits | undefined;
  readonly execution: ResolvedExecutionOptions;
  /** Which requests are sent once when they are under way twice. Absent: none. */
  readonly coalesce: ((request: RouteRequest<Id>) => boolean) | undefined;
  readonly newId: () => string;
  readonly onEvent: EventSink<Id> | undefined;
  readonly recordSession: (tenant: string | undefined, session: string, answer: SessionAnswer) => void;
  /** Absent: there is no budget. */
  readonly budget: RouterBudget | undefined;
  readonly exportState: () => RouterState;
  readonly restoreState: (state: RouterState) => void;
}

/** A budget and what is used of it. */
export interface RouterBudget {
  readonly limitUsd: number;
  /** For people, for instance `the budget of 10 USD per day`. */
  readonly description: string;
  readonly open: SpendBook["open"];
}
