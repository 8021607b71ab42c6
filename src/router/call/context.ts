import type {
  Attempt,
  Candidate,
  ChatRequest,
  Check,
  Hop,
  HopContext,
  Member,
  Model,
  NativeRequest,
  PoolRules,
  RequestFacts,
} from "../../contracts/index.ts";
import type { Account, Admission, Clock, Observer, Pricing } from "../../contracts/ports/index.ts";
import type { ResolvedExecutionOptions } from "./options.ts";
import type { OutputReading } from "./output-reading.ts";
import type { PlanRules } from "./plan/index.ts";

/** Ports and options of a router, the same for all its requests. */
export interface ExecutionPorts {
  readonly clock: Clock;
  /** Returns a random number in [0, 1). */
  readonly random: () => number;
  readonly admission: Admission;
  readonly observer: Observer;
  readonly pricing: Pricing;
  readonly options: ResolvedExecutionOptions;
}

/** Time by which a request must be answered. */
export interface Deadline {
  /** Time on the monotonic clock in milliseconds. */
  readonly at: number;
  /** Milliseconds that the request allowed. */
  readonly ms: number;
}

/** State of a request that all its calls share. */
export interface RequestScope {
  readonly id: string;
  readonly tenant: string | undefined;
  /** True once the request's end has been reported, or if it never is: the attempts that follow are unlisted. */
  isTold: boolean;
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
  /** Start on the monotonic clock in milliseconds. */
  readonly startedAt: number;
  readonly deadline: Deadline | undefined;
  /** True once a timer has ended something of the request at its deadline, perhaps a little before the clock. */
  isLate: boolean;
  readonly account: Account;
  /** Highest output limit of the router's at which an answer has ended, in tokens; 0 if none has. */
  cutAt: number;
  /** All attempts so far, including those of classifiers and checks, in order of start. */
  readonly attempts: Attempt[];
  /** Their starts on the monotonic clock: the time of day that attempts record may have jumped. */
  readonly starts: number[];
  /** Copies of them that listeners got, in the same places. Undefined: none, or the attempt has changed since. */
  readonly told: (Attempt | undefined)[];
  /** Returns the next number for a call that no plan proposed. */
  readonly numberCall: () => number;
}

/** A member of a pool, as constraints were asked about it at a hop. */
export interface AskedMember {
  readonly member: Member;
  readonly candidate: Candidate;
  readonly permitted: true | string;
}

/** The members of a pool for one request. */
export interface PoolAccess {
  readonly rules: PoolRules | undefined;
  /** Asks the constraints of the router and of the request about each member. `now`: milliseconds since the epoch. */
  ask(hop: Hop, now: number): readonly AskedMember[];
}

/** A plan of calls, and everything that they are made with. */
export interface CallContext {
  readonly ports: ExecutionPorts;
  readonly scope: RequestScope;
  /** Signal that ends this call: the caller's, or that of a hop. */
  readonly signal: AbortSignal | undefined;
  readonly chat: ChatRequest;
  /** The same request as its sender wrote it. Absent: there is none, or the call sends another one. */
  readonly native?: NativeRequest | undefined;
  readonly facts: RequestFacts;
  /** Estimated input tokens, calibrated by the returned usage. Absent if the call says nothing about text. */
  readonly textTokens: number | undefined;
  modelOf(id: string): Model;
  /** Returns the model as constraints see it at `now`, on the monotonic clock. */
  candidateOf(id: string, now: number): Candidate;
  /** Evaluates the constraints of the router and of the request at `now`, in milliseconds since the epoch. */
  permits(candidate: Candidate, hop: Hop, now: number): true | string;
  /** Returns the members of a pool; undefined for a model that is not a pool. Absent: there are no pools. */
  readonly poolOf?: ((id: string) => PoolAccess | undefined) | undefined;
  readonly plan: readonly PlannedStep[];
  readonly fallbacks: readonly string[];
  /** Value of the request's `fallback`. Absent: it says nothing. */
  readonly fallback?: boolean | undefined;
  /** Rules of the attempt plan, the same for all requests of a router. */
  readonly rules: PlanRules;
  /** Hop of a plan of one call that nothing follows. Absent: the plan answers the request. */
  readonly direct?: Hop | undefined;
  /** Keys of the members that the plan has called, by the id of their pool, in order. Absent: none. */
  called?: Map<string, readonly string[]> | undefined;
}

/** One model of a plan, with the check that its answer must pass. */
export interface PlannedStep {
  readonly model: string;
  readonly unless?: Check | undefined;
}

/** A decided request. */
export interface Execution extends CallContext {
  /** Schema that the answer must validate by. Absent: none. */
  readonly output?: OutputReading | undefined;
  /** Opens the way of one check to models. The caller ends it. */
  openHop(): HopContext & { end(): void };
}
