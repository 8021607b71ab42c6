import type {
  Attempt,
  ChatRequest,
  Check,
  Completion,
  Hop,
  HopContext,
  Model,
  RateLimitInfo,
  RequestFacts,
  Usage,
} from "../contracts/index.ts";
import type { ResolvedExecutionOptions } from "./options.ts";

/** One model of a plan, with the check that its answer must pass. */
export interface PlannedStep {
  readonly model: string;
  readonly unless?: Check | undefined;
}

/** A call's way through the router's limits: wait `waitMs`, then `queue`, then `begin`. `end` whatever happens. */
export interface Pass {
  readonly waitMs: number;
  readonly queueTimeoutMs: number;
  /**
   * `true`: it has a place among the calls under way. `false`: `onTurn` is called when it has one. A
   * text: why it will have none.
   */
  queue(onTurn: () => void): boolean | string;
  /** 0: the call begins now. Otherwise milliseconds after which to ask again: others began late. */
  begin(): number;
  readonly told: (info: RateLimitInfo) => void;
  /** Idempotent. Without an attempt nothing is learnt from the call. */
  end(attempt?: Attempt): void;
}

/** The router's limits: calls under way, and calls and tokens per minute. */
export interface Admission {
  /** Which rate makes a call of the model wait, and how long; undefined where it can begin now. */
  delayOf(id: string): { readonly ms: number; readonly reason: string } | undefined;
  /** Reserves what a call will use; or says why not, where it would wait longer than `maxWaitMs`. */
  enter(id: string, maxWaitMs: number): Pass | string;
}

/** When a second model is called beside one whose stream is late. Times in milliseconds. */
export interface Hedging {
  /** Undefined: a stream of this name is never said to be late. */
  readonly afterMs: (name: string, now: number) => number | undefined;
  /** Takes one hedge of the router's load budget, or says that there is none left. */
  readonly withdraw: (now: number) => boolean;
}

/** A request under way: all that execution knows, handed over by the router. */
export interface ExecutionContext {
  readonly chat: ChatRequest;
  readonly facts: RequestFacts;
  readonly plan: readonly PlannedStep[];
  readonly fallbacks: readonly string[];
  readonly options: ResolvedExecutionOptions;
  /** The caller's signal. */
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number | undefined;
  /** Milliseconds since the epoch. */
  readonly deadlineAt: number | undefined;
  readonly maxCostUsd: number | undefined;
  /**
   * What the request's calls have cost, those under way and those whose cost stayed unknown at their
   * estimate. Absent where nothing bounds them: neither `maxCostUsd` nor a budget.
   */
  readonly committed: { usd: number } | undefined;
  /** All attempts of the request so far, those of its classifier included; execution adds its own. */
  readonly attempts: Attempt[];
  /** The way of one check to models; whoever opens it ends it. */
  readonly openHop: () => HopContext & { end(): void };
  readonly clock: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly modelOf: (id: string) => Model;
  /** The router's and the request's constraints, evaluated now. */
  readonly permits: (id: string, hop: Hop) => true | string;
  /**
   * Whether the model's breaker lets a call through `afterMs` from now, or why not. A half-open one
   * lets a single trial through: ask only when the call follows.
   */
  readonly admit: (id: string, afterMs: number) => true | string;
  /** A call that `admit` let through is not made after all. */
  readonly abandon: (id: string) => void;
  /** Absent: there are no limits. */
  readonly admission: Admission | undefined;
  /** Milliseconds left of the pause that the model's provider has asked for. */
  readonly pauseMs: (id: string) => number;
  /** Absent: no hedges. */
  readonly hedging: Hedging | undefined;
  /** Notes the first call of a request, on which the number of retries and hedges depends. */
  readonly depositRetry: () => void;
  /** Takes one retry of the router's budget, or says that there is none left. */
  readonly withdrawRetry: (sparing: boolean) => boolean;
  readonly estimateCostUsd: (id: string) => number | undefined;
  /** What a provider returned, filled up with the estimate where it does not tell a side. */
  readonly usageOrEstimate: (
    returned: Partial<NonNullable<Completion["usage"]>> | null | undefined,
    estimate: { readonly inputTokens: number; readonly outputTokens: () => number },
  ) => { readonly usage: Usage; readonly estimated: boolean };
  readonly costOf: (model: Model, usage: Usage) => number | undefined;
  readonly estimateTokens: (text: string) => number;
  readonly started: (model: string, hop: Hop) => void;
  /** A model that was due is passed over. */
  readonly skipped: (model: string, hop: Hop, reason: string) => void;
  /** Learns from a call that has ended, before it is settled what follows: the next hop sees it. */
  readonly learn: (attempt: Attempt) => void;
  readonly ended: (attempt: Attempt) => void;
}
