import type {
  CapLift,
  Classifier,
  Constraint,
  EndpointStates,
  GoldenRoute,
  LiftedCap,
  Model,
  ModelFacts,
  NeverCalled,
  RequestFacts,
  RouteRequest,
  RouterState,
  SharedState,
  Tuning,
} from "../../contracts/index.ts";
import type { Ledger, OpenShared, ResponseCache } from "../../contracts/ports/index.ts";
import type { BudgetDoor } from "../budget/budget-door.ts";
import type { ExecutionPorts, PlanRules } from "../call/index.ts";
import type { DecisionParts } from "../decide/index.ts";
import type { SessionAnswer } from "../health/sessions.ts";
import type { HeldText } from "../request/index.ts";
import type { EventHub } from "./event-hub.ts";
import type { FollowUps } from "./follow-ups.ts";
import type { PolicyInputs } from "./policy-inputs.ts";
import type { PoolWatches } from "./pool-watches.ts";

/** Names of the parts that `replace` can change. Requests hold the parts that they began with. */
export type Replaceable = "allConstraints" | "constraints" | "neverCalled" | "tuning" | "golden" | "inputs";
/** The same in what decides. */
export type ReplaceableDeciding =
  | "policy"
  | "classifier"
  | "inputsOf"
  | "unitOf"
  | "release"
  | "description"
  | "certification"
  | "versions";

/** Parts that stay as long as a router lives. */
export type FixedParts<Id extends string> = Omit<RouterParts<Id>, Replaceable | "deciding"> & {
  readonly deciding: Omit<DecisionParts<Id>, ReplaceableDeciding>;
  /** Returns the models that no request can reach with these constraints. Throws `InvalidOptionError` if that is all of them. */
  readonly neverCalledWith: (constraints: readonly Constraint<Id>[]) => ReadonlyMap<string, NeverCalled>;
};

/** All parts of a router. Nothing has a default here: `createRouter` fills in defaults. */
export interface RouterParts<Id extends string> {
  readonly models: Readonly<Record<Id, Model>>;
  readonly deciding: DecisionParts<Id>;
  readonly ports: ExecutionPorts;
  readonly ledger: Ledger;
  readonly events: EventHub<Id>;
  readonly followUps: FollowUps;
  readonly budgetDoor: BudgetDoor;
  readonly liftCap: (lift: CapLift) => Promise<LiftedCap>;
  /** Pools that look for their endpoints. */
  readonly poolWatches: PoolWatches;
  /** Starts or joins the loading of the classifier. Undefined: it is at hand. */
  readonly loadClassifier: (classifier: Classifier) => Promise<unknown> | undefined;
  readonly shared: SharedState | undefined;
  /** Constraints for the plan: the router's own (capabilities, context window) and the team's. */
  readonly allConstraints: readonly Constraint<Id>[];
  /** Constraints of the team. They hold for classifiers and checks that call models, too. */
  readonly constraints: readonly Constraint<Id>[];
  /** Models that no request can reach, with the reason. */
  readonly neverCalled: ReadonlyMap<string, NeverCalled>;
  readonly rules: PlanRules;
  readonly tuning: Tuning | undefined;
  readonly golden: readonly GoldenRoute<Id>[];
  /** State that the policy reads. Absent: it reads nothing. */
  readonly inputs: PolicyInputs | undefined;
  /** The last decisions, of all policies. */
  /** Completes facts from the catalogue, as for the router's own models. */
  readonly completeFacts: (facts: ModelFacts) => ModelFacts;
  readonly normalise: (request: RouteRequest<Id>, text?: HeldText) => RequestFacts;
  /** Counts tokens exactly or nearly so, which takes time. Undefined where no tokeniser runs. */
  readonly countTokens: (text: string, signal: AbortSignal) => Promise<number | undefined>;
  /** Returns true for requests that are sent once if they are under way twice. Absent: none are. */
  readonly coalesce: ((request: RouteRequest<Id>) => boolean) | undefined;
  /** Answers that are kept. Absent: none are. */
  readonly cache: ResponseCache | undefined;
  readonly newId: () => string;
  readonly recordSession: (tenant: string | undefined, session: string, answer: SessionAnswer) => void;
  /** Starts or joins the loading of shared state. Undefined: it is at hand. Absent: nothing is shared. */
  readonly loadShared: (() => Promise<unknown> | undefined) | undefined;
  /** Gives back what the process holds of shared state. Absent: nothing is shared. */
  readonly closeShared: (() => Promise<void>) | undefined;
  /**
   * Reads the session of a request that another process may have gone on with. Undefined if this one knows it, else
   * the reason why it could not be read. Absent: sessions are not shared.
   */
  readonly readSession: OpenShared["read"] | undefined;
  readonly exportState: () => RouterState;
  readonly readEndpoints: () => EndpointStates;
  readonly restoreState: (state: RouterState) => void;
}
