import type {
  BudgetFacts,
  Candidate,
  Choice,
  Classifier,
  ClassifierError,
  Constraint,
  Decision,
  DegradedBy,
  HopContext,
  Json,
  Member,
  ModelFacts,
  Policy,
  PolicyDescription,
  QualityPromise,
  RecordedCandidate,
  RequestFacts,
  SessionFacts,
  Spend,
  UnitDraw,
} from "../../contracts/index.ts";
import type { Account, Degrade, Refusal, WithheldModel } from "../../contracts/ports/index.ts";
import type { CandidateParts } from "./candidate.ts";
import type { Certification } from "./certification.ts";
import type { LearntOf } from "./known-first.ts";

/** A pool as decisions see it. */
export interface DecidingPool {
  /** Returns the members with complete facts. */
  members(): readonly Member[];
  /** Returns another number once members have come, gone, or been made again. */
  revision(): number;
}

export interface DecidingModel<Id extends string> {
  readonly id: Id;
  readonly facts: ModelFacts;
  /** Absent: the model is not a pool. */
  readonly pool?: DecidingPool | undefined;
}

/** The parts of a router that decide; the same for all its requests. */
export interface DecisionParts<Id extends string> extends CandidateParts {
  readonly models: readonly DecidingModel<Id>[];
  /** True if one of the models is a pool. */
  readonly hasPools: boolean;
  readonly policy: Policy<Id>;
  readonly description: PolicyDescription;
  readonly classifier: Classifier;
  readonly classifierTimeoutMs: number;
  readonly certification: Certification;
  /** Returns a random number in [0, 1). */
  readonly random: () => number;
  /** Returns milliseconds since the epoch. */
  readonly clock: () => number;
  /** Returns milliseconds on the monotonic clock, for what is known of models. */
  readonly monotonic: () => number;
  /** Returns the session of a request; called only if the request names one. */
  readonly sessionOf: (request: RequestFacts, now: number) => SessionFacts<Id> | undefined;
  /** Returns `Candidate.leastCostUsd`; undefined if the price is not known. */
  readonly leastCostUsd: (facts: ModelFacts, request: RequestFacts) => number | undefined;
  /** Returns `Candidate.leastTokens`. Absent if no budget counts tokens. */
  readonly leastTokens: ((facts: ModelFacts, request: RequestFacts) => number) | undefined;
  /** Returns what calls of the last hour have shown of a model's capability; undefined: nothing. */
  readonly learntOf: LearntOf;
  /** Promise on quality that soft limits of budgets do not overrule. */
  readonly promise: QualityPromise | undefined;
  /** Returns what the policy reads; absent if it reads nothing. */
  readonly inputsOf: ((request: RequestFacts) => Readonly<Record<string, Json>>) | undefined;
  /**
   * Returns the unit of a request in a comparison, by the input of that id. Throws `PolicyError` if there is none that knows
   * units. Absent if the policy reads nothing.
   */
  readonly unitOf:
    | ((policyName: string, comparison: string, request: RequestFacts, draw: number) => UnitDraw | undefined)
    | undefined;
  readonly versions: Decision["versions"];
  /** Release that decides. Absent: the router was given none. */
  readonly release: string | undefined;
}

/** One request to decide. */
export interface Deciding<Id extends string> {
  readonly id: string;
  /** Start on the monotonic clock in milliseconds. */
  readonly startedAt: number;
  readonly request: RequestFacts;
  /** The router's constraints and the request's own. */
  readonly constraints: readonly Constraint<Id>[];
  readonly pin: Id | undefined;
  /** True if other models may answer when the plan fails. Default: true without a pin. */
  readonly fallback: boolean | undefined;
  /** The request's account, asked last, so that all constraints permit the models it refuses. */
  readonly account: Account;
  readonly hop: HopContext;
  /** Reason why the session of a shared store could not be read: the request begins a new one. */
  readonly sessionUnknown?: string | undefined;
  /** Number to use instead of the router's random number. */
  readonly draw: number | undefined;
  /**
   * Counts the input's tokens; called only if an estimate cannot decide whether they fit a window, or whether
   * a call can be paid for. Undefined where no tokeniser runs.
   */
  readonly countTokens: () => Promise<number | undefined>;
  /** Returns the upper bound of the input's tokens once they are counted. Absent without a bound on cost. */
  readonly mostWhenCounted?: ((counted: number) => number) | undefined;
}

/** A decision with its choice, which holds the checks that JSON cannot. */
export interface Decided<Id extends string> {
  readonly decision: Decision<Id>;
  readonly choice: Choice<Id>;
  /** The request's facts, with counted tokens where they were counted. */
  readonly request: RequestFacts;
  readonly classifierError: ClassifierError | undefined;
  /** Models that the policy did not see, since they are not known to have what the request needs. Absent: none. */
  readonly withheld: readonly WithheldModel[] | undefined;
}

/** A request whose permitted models are known. */
export interface Settled<Id extends string> {
  readonly parts: DecisionParts<Id>;
  readonly deciding: Deciding<Id>;
  readonly candidates: readonly Candidate<Id>[];
  readonly recorded: readonly RecordedCandidate<Id>[];
  /** All permitted models, those too that a soft limit withholds from the policy: execution may fall back to them. */
  readonly permitted: readonly Candidate<Id>[];
  readonly degraded: DegradedBy | undefined;
  /** See `Decided`. */
  readonly withheld: readonly WithheldModel[] | undefined;
  /** Refusals of the account, by id. Absent: none. */
  readonly refusals: ReadonlyMap<Id, Refusal> | undefined;
  readonly session: SessionFacts<Id> | undefined;
  readonly spend: Spend | undefined;
  readonly budgets: readonly BudgetFacts[] | undefined;
  /** Soft limits of budgets that apply. */
  readonly degrades: readonly Degrade[] | undefined;
  readonly now: number;
}
