import type { Hop } from "../../contracts/index.ts";

/** What the attempt plan wants done. Plain JSON. */
export type PlanStep =
  | Proposal
  /** The attempt's answer is the answer of the request. */
  | { readonly step: "answer"; readonly attemptId: string }
  /** Another call of the request stands: this one is given up. */
  | { readonly step: "abandon"; readonly attemptId: string }
  | PlanEnd;

/** A call to make, if constraints, account and admission let it through. */
export interface Proposal {
  readonly step: "propose";
  readonly attemptId: string;
  readonly model: string;
  readonly hop: Hop;
  /** Place in the plan whose check the answer must pass. Absent: none, as for a fallback. */
  readonly place?: number | undefined;
  /** Milliseconds to wait before the call. */
  readonly delayMs: number;
  /** No other model is left: breakers are not asked, and the model's rate is waited for. */
  readonly lastResort?: true | undefined;
  /** Another model could answer instead. */
  readonly sparing?: true | undefined;
  /** The budget of retries or hedges was charged for it before: it had been accepted and found no room. */
  readonly paid?: true | undefined;
  /** Runs next to another call. */
  readonly beside?: true | undefined;
}

/** The request fails. */
export interface PlanEnd {
  readonly step: "fail";
  /**
   * `error`: with the error of `attemptId`. `all-failed`: caused by the failure of `attemptId`, where there is
   * one. `money`: `attemptId` is the proposal that could not be paid for. `forbidden`: a constraint forbids
   * the first model, and no other is left. `limits`: no model has room.
   */
  readonly because: "error" | "all-failed" | "money" | "forbidden" | "limits" | "deadline" | "aborted";
  readonly attemptId?: string | undefined;
}
