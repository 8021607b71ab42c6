import type { Attempt, Decision, RecordedError } from "../../contracts/index.ts";

/** The part of a decision that the page shows: nothing of the request, its tenant or its session. */
export type EndedDecision = Pick<
  Decision,
  | "id"
  | "at"
  | "model"
  | "plan"
  | "insteadOf"
  | "fallbacks"
  | "classification"
  | "candidates"
  | "budgets"
  | "degraded"
  | "arms"
  | "reason"
  | "propensity"
  | "forced"
  | "certified"
  | "uncertified"
>;

export type EndedAttempt = Pick<Attempt, "model" | "hop" | "latencyMs" | "costUsd" | "cached"> & {
  readonly error?: Pick<RecordedError, "code" | "kind"> | undefined;
};

/** A request that ended, of a router or of a line of its decision log. */
export interface EndedRequest {
  readonly decision: EndedDecision;
  readonly attempts: readonly EndedAttempt[];
  readonly latencyMs: number;
  readonly error?: Pick<RecordedError, "code" | "kind"> | undefined;
}
