import type { FrameDrift, FramePromise, FrameRollout } from "../../loop/states/inner.ts";
import type { WindowName } from "./window-names.ts";

export type { FrameDrift, FrameGuard, FramePromise, FrameRollout } from "../../loop/states/inner.ts";

/** All that a page shows, as plain JSON: nothing of prompts, answers, keys, sessions or tenants. */
export interface DashboardFrame {
  readonly formatVersion: 1;
  /** Random name of this recording: rows of another one, as after a restart, have nothing to do with these. */
  readonly epoch: string;
  /** Number of the newest request. */
  readonly seq: number;
  /** Time of the frame, in milliseconds since the epoch: of a log, that of its newest decision. */
  readonly at: number;
  readonly source: FrameSource;
  readonly window: {
    readonly name: WindowName;
    readonly fromMs: number;
    readonly widthMs: number;
  };
  readonly totals: FrameTotals;
  readonly series: FrameSeries;
  /** Requests that ended after those of the frame before, the newest first, at most 60. */
  readonly rows: readonly FrameRow[];
  /** Number of requests that ended meanwhile and have no row. */
  readonly skipped: number;
  /** Grows when `states` changes. */
  readonly statesSeq: number;
  /** Absent: as in the frame before. */
  readonly states?: FrameStates | undefined;
}

export interface FrameSource {
  readonly kind: "router" | "log";
  /** Name of the file of a log, without its folder. */
  readonly name?: string | undefined;
  /** Time of the first request, or the begin of the recording, in milliseconds since the epoch. Absent: there is none. */
  readonly since?: number | undefined;
  /** Requests since then. */
  readonly requests: number;
  /** Number of processes of a server with several whose states are known. */
  readonly processes?: number | undefined;
  /** Lines of a log that could not be read, and bytes before the part that was. */
  readonly unreadable?: number | undefined;
  readonly skippedBytes?: number | undefined;
}

/** Figures of a window. */
export interface FrameTotals {
  readonly requests: number;
  readonly failed: number;
  readonly certified: number;
  readonly costUsd: number;
  /** Calls whose cost is not known. */
  readonly unpriced: number;
  /** Estimate of the saving: requests of which both costs are known, and their sums. */
  readonly compared: number;
  readonly paidUsd: number;
  readonly referenceUsd: number;
  /** Quantiles of the latency in milliseconds. Absent without requests. */
  readonly p50Ms?: number | undefined;
  readonly p95Ms?: number | undefined;
  readonly p99Ms?: number | undefined;
  /** Requests by tenths of complexity. */
  readonly complexity: readonly number[];
  /** By model, the one with most requests first. */
  readonly models: readonly FrameModel[];
}

export interface FrameModel {
  readonly model: string;
  readonly requests: number;
  readonly attempts: number;
  readonly failed: number;
  readonly costUsd: number;
  readonly p50Ms?: number | undefined;
  readonly p95Ms?: number | undefined;
}

/** Figures of each slot of the window, the oldest first. */
export interface FrameSeries {
  readonly requests: readonly number[];
  readonly failed: readonly number[];
  readonly costUsd: readonly number[];
  /** Null without requests. */
  readonly p95Ms: readonly (number | null)[];
  /** Requests of the models of `totals.models`, in their order, at most 6; the others are the rest. */
  readonly models: readonly (readonly number[])[];
}

/** A request that ended. */
export interface FrameRow {
  readonly seq: number;
  readonly id: string;
  readonly at: number;
  readonly model: string;
  /** Model that answered, if it is another one. */
  readonly answeredBy?: string | undefined;
  /** Model that would have come next: of the cascade, else the first fallback. */
  readonly runnerUp?: string | undefined;
  readonly reason: string;
  /** Cause of the choice, if it was not the policy: `pin`, `budget`, `cap`. */
  readonly cause?: string | undefined;
  readonly complexity?: number | undefined;
  readonly propensity: number;
  readonly certified: boolean;
  readonly uncertified?: string | undefined;
  readonly calls: number;
  readonly costUsd?: number | undefined;
  readonly latencyMs: number;
  /** Code or kind of the error. Absent: it was answered. */
  readonly error?: string | undefined;
  readonly candidates: readonly FrameCandidate[];
  /** Number of candidates that are left out. */
  readonly moreCandidates?: number | undefined;
  readonly attempts: readonly FrameAttempt[];
}

export interface FrameCandidate {
  readonly model: string;
  /** Reason why it was not permitted or withheld. Absent: it could have been chosen. */
  readonly refused?: string | undefined;
  readonly costUsd?: number | undefined;
  readonly quality?: number | undefined;
}

export interface FrameAttempt {
  readonly model: string;
  readonly hop: string;
  readonly latencyMs: number;
  readonly costUsd?: number | undefined;
  readonly error?: string | undefined;
}

/** A number with its interval. */
export interface FrameEstimate {
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** States, which are not counts. A list that is absent has no source; an empty one has nothing to show. */
export interface FrameStates {
  readonly saving?: FrameSaving | undefined;
  readonly promises?: readonly FramePromise[] | undefined;
  readonly budgets?: readonly FrameBudget[] | undefined;
  readonly breakers?: readonly FrameBreaker[] | undefined;
  readonly pools: readonly FramePool[];
  readonly arms: readonly FrameArms[];
  readonly rollouts?: readonly FrameRollout[] | undefined;
  readonly drift?: FrameDrift | undefined;
  readonly news: readonly FrameNews[];
  /** Names of parts that could not be read. */
  readonly unreadable: readonly string[];
}

/** Saving that a hold-out has measured, since it began. */
export interface FrameSaving {
  readonly heldOut: number;
  readonly routed: number;
  readonly units: number;
  /** Saving over all routed requests. */
  readonly savedUsd?: FrameEstimate | undefined;
  readonly savedShare?: FrameEstimate | undefined;
  readonly qualityGained?: FrameEstimate | undefined;
  readonly confidence: number;
}

export interface FrameBudget {
  readonly name: string;
  readonly unit: string;
  /** Use of the account that is nearest its limit. */
  readonly used: number;
  readonly limit: number;
  readonly accounts: number;
  readonly resetsAt?: number | undefined;
}

export interface FrameBreaker {
  readonly name: string;
  readonly state: string;
  readonly pausedUntil?: number | undefined;
}

export interface FramePool {
  readonly model: string;
  readonly members: readonly {
    readonly endpoint: string;
    readonly refused?: string | undefined;
    readonly running?: number | undefined;
    readonly waiting?: number | undefined;
    readonly kvUsage?: number | undefined;
    readonly expectedWaitMs?: number | undefined;
    readonly ageMs?: number | undefined;
  }[];
}

/** Requests by arm of a comparison, such as a rollout or a hold-out, since the recording began. */
export interface FrameArms {
  readonly comparison: string;
  readonly arms: readonly {
    readonly arm: string;
    readonly share: number;
    readonly requests: number;
    readonly failed: number;
    /** Sum over the requests whose cost is known, and their number. */
    readonly costUsd: number;
    readonly priced: number;
  }[];
}

export interface FrameNews {
  readonly at: number;
  readonly tone: "plain" | "good" | "bad";
  readonly text: string;
}
