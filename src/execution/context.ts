import type {
  Attempt,
  Candidate,
  ChatRequest,
  Check,
  Completion,
  Hop,
  HopContext,
  Model,
  ModelFacts,
  RequestFacts,
  Usage,
} from "../contracts/index.ts";
import type { Account, Admission, Clock, Observer } from "../contracts/ports/index.ts";
import type { ResolvedExecutionOptions } from "./options.ts";

/** What execution needs of a router: the same object for all its requests. */
export interface ExecutionPorts {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly admission: Admission;
  readonly observer: Observer;
  readonly pricing: Pricing;
  readonly options: ResolvedExecutionOptions;
}

/** Prices of calls. */
export interface Pricing {
  /** Usage and cost of a call: as the provider states them, and estimated where it does not. */
  bill(model: ModelFacts, returned: ReturnedUsage, estimate: UsageEstimate): Bill;
  estimateTokens(text: string): number;
}

export type ReturnedUsage = Partial<NonNullable<Completion["usage"]>> | null | undefined;

export interface UsageEstimate {
  readonly inputTokens: number;
  readonly outputTokens: () => number;
}

export interface Bill {
  readonly usage: Usage;
  /** True if a side of the usage is an estimate. */
  readonly estimated: boolean;
  /** Absent: the price is not known. */
  readonly costUsd: number | undefined;
}

/** The time by which a request must be answered. */
export interface Deadline {
  /** On the monotonic clock, in milliseconds. */
  readonly at: number;
  /** As the request asked. */
  readonly ms: number;
}

/** One request under way: what all its calls share. */
export interface RequestScope {
  readonly id: string;
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
  readonly deadline: Deadline | undefined;
  readonly account: Account;
  /** All attempts so far, those of classifiers and checks included, in order of start. */
  readonly attempts: Attempt[];
  /** Numbers the calls that no plan has proposed. */
  readonly numberCall: () => number;
}

/** What one call is made with. */
export interface CallContext {
  readonly ports: ExecutionPorts;
  readonly scope: RequestScope;
  /** Ends this call: the caller's signal, or that of a hop. */
  readonly signal: AbortSignal | undefined;
  readonly chat: ChatRequest;
  readonly facts: RequestFacts;
  /** Estimate of the input that the returned usage calibrates. Absent: the call says nothing about text. */
  readonly textTokens: number | undefined;
  modelOf(id: string): Model;
  /** The model as constraints see it now. */
  candidateOf(id: string): Candidate;
  /** The router's and the request's constraints, evaluated now. */
  permits(candidate: Candidate, hop: Hop): true | string;
}

/** One model of a plan, with the check that its answer must pass. */
export interface PlannedStep {
  readonly model: string;
  readonly unless?: Check | undefined;
}

/** A decided request. */
export interface Execution extends CallContext {
  readonly plan: readonly PlannedStep[];
  readonly fallbacks: readonly string[];
  /** Context windows in tokens, by id. */
  readonly windows: Readonly<Record<string, number | undefined>>;
  /** The way of one check to models; whoever opens it ends it. */
  openHop(): HopContext & { end(): void };
}
