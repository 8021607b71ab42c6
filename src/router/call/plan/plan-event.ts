import type { ProviderErrorKind } from "../../../contracts/index.ts";

/** Event of a request, with its time on the monotonic clock in milliseconds. Plain JSON. */
export type PlanEvent =
  | { readonly type: "begin"; readonly at: number }
  /** Constraints, account and admission permit a proposed call: it waits, or is made. */
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
  /** A stream has content: from here on it is the answer. */
  | { readonly type: "first-content"; readonly attemptId: string; readonly at: number }
  /** A stream without content is late: a hedge may run next to it. */
  | {
      readonly type: "late";
      readonly attemptId: string;
      readonly at: number;
      /** True if the model is a pool with another member that may be called at once. */
      readonly elsewhere?: boolean | undefined;
    }
  /** The caller has aborted. */
  | { readonly type: "aborted"; readonly at: number };

/** Event of a proposed call that is not made. */
export interface PlanRefusal {
  readonly type: "refused";
  readonly attemptId: string;
  readonly at: number;
  /**
   * Step at which the call was refused. `constraint`: a constraint forbids it. `money`: it cannot be paid
   * for. `admission`: its endpoint must not be called now. `token`: the budget of retries or hedges is used
   * up. `limits`: it was accepted and found no room.
   */
  readonly stage: "constraint" | "money" | "admission" | "token" | "limits";
  readonly reason: string;
  /** Milliseconds after which the model may have room. Absent: not known, taken as 0. */
  readonly waitMs?: number | undefined;
  /** True if the model's rate is used up or its provider has asked for a pause: it comes back. Read with `limits` only. */
  readonly rate?: boolean | undefined;
}

/** Event of a call that failed. */
export interface PlanFailure {
  readonly type: "failed";
  readonly attemptId: string;
  readonly at: number;
  /** Absent if it is not a failure of the model (a missing key, the deadline, a bug): it ends the request. */
  readonly kind?: ProviderErrorKind | undefined;
  /** True if the request was refused and may be at no fault itself: see `ProviderErrorOptions`. */
  readonly otherMayAnswer?: boolean | undefined;
  /** The model's true window in tokens. Read with `context-overflow`; absent: not known. */
  readonly contextWindow?: number | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs?: number | undefined;
  /** Milliseconds that a pause or a rate delays calls of the model, whichever request caused it. */
  readonly holdMs: number;
  /** True if the model is a pool with another member that may be called at once. */
  readonly elsewhere?: boolean | undefined;
  /** Longest time that the request waits for a busy pool before other models are asked. Absent: 0. */
  readonly maxWaitMs?: number | undefined;
  /** True if the caller has seen content: no other call may follow. */
  readonly delivered: boolean;
  /** Random number in [0, 1) for the jitter of a retry. */
  readonly draw: number;
}
