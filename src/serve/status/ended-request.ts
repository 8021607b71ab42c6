import type { Attempt, Decision, RecordedError, RecordedFacts } from "../../contracts/index.ts";

/** The part of a decision that the page shows: of the request its step alone, and neither tenant nor session. */
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
> & { readonly request?: Pick<RecordedFacts, "step"> | undefined };

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
