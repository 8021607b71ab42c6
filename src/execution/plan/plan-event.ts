import type { ProviderErrorKind } from "../../contracts/index.ts";

/** What happens to a request. Each event carries its time, on the monotonic clock in milliseconds. Plain JSON. */
export type PlanEvent =
  | { readonly type: "begin"; readonly at: number }
  /** Constraints, account and admission let a proposed call through: it waits, or is made. */
  | { readonly type: "accepted"; readonly attemptId: string; readonly at: number }
  | PlanRefusal
  | PlanFailure
  | {
      readonly type: "answered";
      readonly attemptId: string;
      readonly at: number;
      /** `refused`: the plan's check did not accept; `degraded`: a check of `execution.degraded` did not. */
      readonly verdict: "accepted" | "refused" | "degraded";
    }
  /** A stream has brought content: from here on it is the answer. */
  | { readonly type: "first-content"; readonly attemptId: string; readonly at: number }
  /** A stream without content is late: a hedge may run next to it. */
  | { readonly type: "late"; readonly attemptId: string; readonly at: number }
  /** The caller has aborted. */
  | { readonly type: "aborted"; readonly at: number };

/** A proposed call is not made. */
export interface PlanRefusal {
  readonly type: "refused";
  readonly attemptId: string;
  readonly at: number;
  /**
   * `constraint`: it forbids the call. `money`: it cannot be paid for. `admission`: its endpoint is not worth a
   * call now. `token`: the budget of retries or hedges is used up. `limits`: it was accepted and found no room.
   */
  readonly stage: "constraint" | "money" | "admission" | "token" | "limits";
  readonly reason: string;
  /** Milliseconds after which the model may have room. Absent: not known, taken as 0. */
  readonly waitMs?: number | undefined;
  /** With `limits`: the model's rate is used up and comes back. */
  readonly rate?: boolean | undefined;
}

/** A call has failed. */
export interface PlanFailure {
  readonly type: "failed";
  readonly attemptId: string;
  readonly at: number;
  /** Absent: no failure of a model (a missing key, the deadline, a bug): it ends the request. */
  readonly kind?: ProviderErrorKind | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  /** Milliseconds for which a pause or a rate holds up the model, whoever caused it. */
  readonly holdMs: number;
  /** True if the caller has seen content: no other call may follow. */
  readonly delivered: boolean;
  /** A random number in [0, 1): the jitter of a retry. */
  readonly draw: number;
}
