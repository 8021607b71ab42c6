import type { BreakerState, LearnedLimit } from "./resilience.ts";

/** What a model's returned usage has shown so far. */
export interface UsageMean {
  readonly name: string;
  /** Calls whose output was counted; at most 100, after which older ones fade. */
  readonly outputs: number;
  /** Mean output tokens, reasoning included. */
  readonly meanOutputTokens: number;
  /** Calls whose input was compared with its estimate; at most 100, after which older ones fade. */
  readonly inputs: number;
  /** Mean natural logarithm of returned / estimated input tokens. */
  readonly meanLogRatio: number;
}

/** Plain JSON; least recently observed model first. */
export interface UsageMeansState {
  readonly formatVersion: 1;
  readonly models: readonly UsageMean[];
}

/** Whether a call failed, and when it ended: milliseconds since the epoch. */
export interface ObservedOutcome {
  readonly at: number;
  readonly failed: boolean;
}

/** Time to first token of a stream, in milliseconds. */
export interface ObservedFirstToken {
  readonly at: number;
  readonly ms: number;
}

export interface ObservedHealth {
  readonly name: string;
  /** Oldest first. */
  readonly outcomes: readonly ObservedOutcome[];
  readonly firstTokens: readonly ObservedFirstToken[];
}

/** Plain JSON; least recently observed model first. */
export interface HealthState {
  readonly formatVersion: 1;
  readonly models: readonly ObservedHealth[];
}

/** A conversation as its last answer left it. */
export interface SessionState {
  readonly tenant?: string | undefined;
  readonly session: string;
  /** Id of the model that gave the last answer. */
  readonly model: string;
  /** Requests answered so far. */
  readonly turns: number;
  /** Milliseconds since the epoch. */
  readonly lastUsedAt: number;
  readonly cachedTokens: number;
}

/** Plain JSON; least recently used session first. */
export interface SessionsState {
  readonly formatVersion: 1;
  readonly sessions: readonly SessionState[];
}

/** What was spent in one budget period. */
export interface SpendAccountState {
  /** Absent: the account of the router, or of requests without a tenant. */
  readonly tenant?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly periodStart: number;
  readonly usedUsd: number;
}

/** Plain JSON. */
export interface SpendState {
  readonly formatVersion: 1;
  readonly accounts: readonly SpendAccountState[];
}

/** What a router has learnt and must not forget at a restart. Plain JSON; holds no prompt text. */
export interface RouterState {
  readonly formatVersion: 1;
  readonly usageMeans: UsageMeansState;
  readonly health?: HealthState | undefined;
  readonly sessions: SessionsState;
  /** Absent: every breaker is closed. */
  readonly breakers?: readonly BreakerState[] | undefined;
  /** Absent: nothing was learnt of rate limits. */
  readonly limits?: readonly LearnedLimit[] | undefined;
  /** Absent: the router has no budget. */
  readonly spend?: SpendState | undefined;
}
