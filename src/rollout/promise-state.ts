import type { ChangeBets } from "../statistics/change-detector.ts";
import type { LossRow } from "./loss-window.ts";

/** State of a promise. */
export interface Standing {
  /**
   * `broken`: the loss is above the limit, or was for part of the window; stays until `renew`. `at-risk`: evidence of
   * the same that would be false once in two windows. `kept`: the mean loss of the window is below the limit, with the
   * stated confidence if nothing has changed within it. Else `not-enough-evidence`.
   */
  readonly state: "kept" | "at-risk" | "broken" | "not-enough-evidence";
  /** Number of records after which the state began. */
  readonly since: number;
  /** Number of records so far, without repeated units. */
  readonly records: number;
  /** Weighted mean loss of the window. Absent without records. */
  readonly meanLoss?: number | undefined;
  /** Evidence that the promise is broken, and what makes it broken. */
  readonly evidence: number;
  readonly alarmAt: number;
}

export interface PromiseState {
  readonly formatVersion: 1;
  readonly maxLoss: number;
  readonly bets: ChangeBets;
  readonly window: readonly LossRow[];
  readonly standing: Pick<Standing, "state" | "since" | "records">;
  readonly mostWeight: number;
}
