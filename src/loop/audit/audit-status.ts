/**
 * Reason why a request that was drawn has no record.
 *
 * - `tools`: tools were used before it, or `tools: "skip"`; `no-consent`: `allow` said no; `not-permitted`: a constraint
 *   of the request forbids the other model.
 * - `budget`: the day's money, or a budget of the router, does not pay for it; `cut`: the other model's answer ended at
 *   an output limit that the caller's answer did not have; `queue-full`: too many wait, or too long ones.
 * - `failed`: no answer or no verdict; `too-long`: its line would be longer than 4 million characters; `closed`.
 */
export type AuditSkip =
  | "tools"
  | "no-consent"
  | "not-permitted"
  | "budget"
  | "cut"
  | "queue-full"
  | "failed"
  | "too-long"
  | "closed";

/** State of an audit, as plain JSON. */
export interface AuditStatus {
  readonly state: "running" | "budget-used" | "failing" | "closed";
  /** Answered requests so far. */
  readonly requests: number;
  /** Requests that were drawn. */
  readonly drawn: number;
  /** Lines in the file, or about to be. */
  readonly records: number;
  /** Requests that the reference answered and that were drawn: their loss is 0. */
  readonly ofReference: number;
  /** Drawn requests without a record, by reason. */
  readonly skipped: Readonly<Record<AuditSkip, number>>;
  /** Requests that wait, and comparisons under way. */
  readonly queued: number;
  readonly underWay: number;
  /** Probability with which the next request is drawn. */
  readonly probability: number;
  /** Mean loss of the records of this process, each by its weight. Absent without one. */
  readonly meanLoss?: number | undefined;
  /** Losses that a function of `onRecord` refused with an error, for instance a promise those below its `leastProbability`. */
  readonly refusedRecords: number;
  readonly spentUsd: number;
  readonly spentTodayUsd: number;
  readonly usdPerDay: number;
  /** Mean cost of a comparison, skipped ones included. Absent: none was made. */
  readonly meanCostUsd?: number | undefined;
  /** Cost of a day at the traffic so far, at most `usdPerDay`. Absent until a comparison was made. */
  readonly expectedUsdPerDay?: number | undefined;
  /** The scorer, with what it knows about its own error. */
  readonly scorer: { readonly name: string; readonly errors?: Readonly<Record<string, number>> | undefined };
  readonly feedback: FeedbackStatus;
}

/** Feedback on audited requests. */
export interface FeedbackStatus {
  /** Audited requests with feedback; of several on one the first counts. */
  readonly joined: number;
  readonly repeated: number;
  /** Feedback on requests that are not among the last 10,000 audited ones. */
  readonly unknown: number;
  /** Mean of the scorer's quality minus that of people, and mean distance. Absent without feedback. */
  readonly meanDifference?: number | undefined;
  readonly meanDistance?: number | undefined;
}
