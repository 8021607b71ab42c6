import type { Hop } from "../../../contracts/index.ts";

/** Step that the attempt plan asks for. Plain JSON. */
export type PlanStep =
  | Proposal
  /** The attempt's answer is the answer of the request. */
  | { readonly step: "answer"; readonly attemptId: string }
  /** The attempt is abandoned: another call took over, or the request is over. */
  | { readonly step: "abandon"; readonly attemptId: string }
  | PlanEnd;

/** A call to make if constraints, account and admission permit it. */
export interface Proposal {
  readonly step: "propose";
  readonly attemptId: string;
  readonly model: string;
  readonly hop: Hop;
  /** Place in the plan whose check the answer must pass. Absent: none, as for a fallback. */
  readonly place?: number | undefined;
  /** Milliseconds to wait before the call. */
  readonly delayMs: number;
  /** True if no other model is left: breakers are not asked, and the call waits for the model's rate. */
  readonly lastResort?: true | undefined;
  /** True if another model could answer instead. */
  readonly sparing?: true | undefined;
  /** The budget of retries or hedges was charged for it before: it was accepted and found no room. */
  readonly paid?: true | undefined;
  /** True if a busy endpoint passed the call on, or asked it to come again: such a call does not multiply an outage. */
  readonly spilled?: true | undefined;
  /** True if the call runs next to another one. */
  readonly beside?: true | undefined;
  /** True if nothing follows the call: breakers do not stop it, and it waits for its model's rate. */
  readonly direct?: true | undefined;
}

/** Step that ends the request with an error. */
export interface PlanEnd {
  readonly step: "fail";
  /**
   * Reason of the end. `error`: the error of `attemptId`. `all-failed`: caused by the failure of `attemptId`,
   * if there is one. `money`: `attemptId` is the proposal that could not be paid for. `forbidden`: a
   * constraint forbids the first model, and no other is left. `limits`: no model has room.
   */
  readonly because: "error" | "all-failed" | "money" | "forbidden" | "limits" | "deadline" | "aborted";
  readonly attemptId?: string | undefined;
}
