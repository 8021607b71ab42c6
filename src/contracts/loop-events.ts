import type { ArmAssignment } from "./arms.ts";

/** Someone has said how good an answer was. Emitted for each call of `router.feedback`. */
export interface FeedbackGiven {
  readonly type: "feedback-given";
  readonly decisionId: string;
  /** In [0, 1]. */
  readonly quality: number;
  /** Origin of the verdict, for instance `thumbs` or `ticket`. */
  readonly source?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Id of the model that the decision chose. */
  readonly model: string;
  readonly arms?: readonly ArmAssignment[] | undefined;
}

/** `router.replace` or `router.revert` has changed what decides. */
export interface PartsReplaced {
  readonly type: "parts-replaced";
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Hashes of the policy, as `Decision.versions.policy`. */
  readonly from: string;
  readonly to: string;
  /** Releases before and after, if they are known. */
  readonly fromRelease?: string | undefined;
  readonly toRelease?: string | undefined;
  /** Reason of the caller. */
  readonly reason: string;
  /** Names of the parts that were given: `policy`, `classifier`, `tuning`, `constraints`, `golden`, `release`. */
  readonly parts: readonly string[];
  /** True if the parts before were put back. */
  readonly reverted?: true | undefined;
}

/** A live promise has another state. */
export interface PromiseChanged {
  readonly type: "promise-changed";
  /** Name of the promise. */
  readonly promise: string;
  /** Category that the statement is about. Absent: all traffic. */
  readonly category?: string | undefined;
  readonly from: string;
  readonly to: string;
  /** Number of audited records so far. */
  readonly records: number;
  readonly meanLoss?: number | undefined;
  readonly maxLoss: number;
  /** Reason for people. */
  readonly reason: string;
}

/** A rollout has a new verdict, or someone has moved it. */
export interface RolloutChanged {
  readonly type: "rollout-changed";
  readonly rollout: string;
  readonly verdict: string;
  /** Stage from now on, from 0. */
  readonly stage: number;
  /** Share of the candidate from now on. */
  readonly share: number;
  /** Guard or signal that decided, if one did. */
  readonly guard?: string | undefined;
  /** Name of who moved it by hand. Absent: the rollout itself. */
  readonly by?: string | undefined;
  /** Reason for people. */
  readonly reason: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** Live traffic differs from what it was. */
export interface DriftFound {
  readonly type: "drift-found";
  /** Name of what has moved: `score`, `language`, `served-model` … */
  readonly of: string;
  /** Statistic and its value, with the value that chance alone would hardly exceed. */
  readonly statistic: string;
  readonly value: number;
  readonly bound: number;
  /** Reason for people: what it was and what it is. */
  readonly reason: string;
  /** Command that helps. */
  readonly command: string;
}

/** A file or the pointer of a fleet offered something that this process does not take. */
export interface ReplacementRefused {
  readonly type: "replacement-refused";
  /** `file` or `store`. */
  readonly source: "file" | "store";
  /** Hash of the release that was offered, if it has one. */
  readonly release?: string | undefined;
  /** Reason for people. */
  readonly reason: string;
}

/** The audit works no more, or works again. Emitted at each change. */
export interface AuditChanged {
  readonly type: "audit-changed";
  readonly state: "running" | "budget-used" | "failing";
  /** Reason for people. */
  readonly reason: string;
}

/** An event of what is made after the router and listens to it. */
export type LoopEvent = AuditChanged | DriftFound | PromiseChanged | ReplacementRefused | RolloutChanged;
