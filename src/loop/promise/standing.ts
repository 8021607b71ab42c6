/**
 * `broken`: the loss is above the limit, or was for part of the window; stays until `renew`. `at-risk`: evidence of the
 * same that would be false once in two windows. `kept`: the mean loss of the window is below the limit, with the stated
 * confidence if nothing has changed within it. Else `not-enough-evidence`.
 */
export type StandingState = "kept" | "at-risk" | "broken" | "not-enough-evidence";

/** State of a promise, about all traffic or a category. */
export interface Standing {
  readonly state: StandingState;
  /** Number of records after which the state began. */
  readonly since: number;
  /** Number of records so far, without those that are not evidence. */
  readonly records: number;
  /** Weighted mean loss of the window. Absent without records. */
  readonly meanLoss?: number | undefined;
  /**
   * Upper bound on the mean loss, in [0.001, 1], over the records since the first bets of the window were begun: for
   * each such beginning it is above the mean at all times with the promise's confidence, if nothing has changed since.
   * Absent without records, and in what `add` returns.
   */
  readonly upperBound?: number | undefined;
  /** Evidence that the promise is broken, and what makes it broken. */
  readonly evidence: number;
  readonly alarmAt: number;
}

/** State of a promise for the requests of a category. */
export interface CategoryStanding extends Standing {
  /** Name; `undefined` for all other categories together. */
  readonly category: string | undefined;
  /** Number of its records in the window. */
  readonly inWindow: number;
}
