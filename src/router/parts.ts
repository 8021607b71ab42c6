import type {
  Constraint,
  Model,
  ModelFacts,
  RequestFacts,
  RouteRequest,
  RouterState,
  Tuning,
} from "../contracts/index.ts";
import type { Ledger } from "../contracts/ports/index.ts";
import type { DecisionParts } from "../decision/index.ts";
import type { ExecutionPorts } from "../execution/index.ts";
import type { SessionAnswer } from "../state/sessions.ts";
import type { EventHub } from "./event-hub.ts";

/** Everything a router is made of. Nothing has a default here: `createRouter` fills them in. */
export interface RouterParts<Id extends string> {
  readonly models: Readonly<Record<Id, Model>>;
  readonly deciding: DecisionParts<Id>;
  readonly ports: ExecutionPorts;
  readonly ledger: Ledger;
  readonly events: EventHub<Id>;
  /** The router's own (capabilities, context window) and the team's: what holds for the plan. */
  readonly allConstraints: readonly Constraint<Id>[];
  /** The team's. They hold for classifiers and checks that call models, too. */
  readonly constraints: readonly Constraint<Id>[];
  /** Context windows in tokens, by id. */
  readonly windows: Readonly<Record<string, number | undefined>>;
  readonly tuning: Tuning | undefined;
  /** Facts as the router's own models have them: completed from the catalogue. */
  readonly completeFacts: (facts: ModelFacts) => ModelFacts;
  readonly normalise: (request: RouteRequest<Id>) => RequestFacts;
  /** Exact, or nearly so; takes its time. */
  readonly countTokens: (text: string, signal: AbortSignal) => Promise<number>;
  /** Which requests are sent once when they are under way twice. Absent: none. */
  readonly coalesce: ((request: RouteRequest<Id>) => boolean) | undefined;
  readonly newId: () => string;
  readonly recordSession: (tenant: string | undefined, session: string, answer: SessionAnswer) => void;
  readonly exportState: () => RouterState;
  readonly restoreState: (state: RouterState) => void;
}
