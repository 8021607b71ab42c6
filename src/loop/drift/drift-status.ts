/** Result of comparing a window with what was before. Plain JSON. */
export interface DriftFinding {
  /** `score`, `model`, `language`, `length`, `category`, `classifier-failures` or `judge-disagreement`. */
  readonly of: string;
  /** `not-judged`: too few requests on one of the two sides. */
  readonly verdict: "steady" | "drifted" | "not-judged";
  readonly statistic: string;
  readonly value: number;
  /** Value that chance alone hardly exceeds, and below which a change does not matter. */
  readonly bound: number;
  /** Mean of the statistic if nothing has moved, where it is above 0. */
  readonly nullValue?: number | undefined;
  /** Reason for people: what it was and what it is. */
  readonly reason: string;
}

/** An alarm that is not over. Plain JSON. */
export interface DriftAlarm {
  /** Name as in a finding, or `served-model:` with the name of the model. */
  readonly of: string;
  readonly reason: string;
}

/** State of a drift monitor for people. Plain JSON without text of requests. */
export interface DriftStatus {
  /** Number of windows that were compared. */
  readonly windows: number;
  /** Requests of the window that is being filled, and its size. */
  readonly requests: number;
  readonly windowRequests: number;
  /** Requests that were left out of it since their tenant has its part. */
  readonly leftOut: number;
  /** Verdicts of a judge in the window that is being filled, and its size. */
  readonly verdicts: number;
  readonly windowVerdicts: number;
  /** Comparisons of the last whole window. Empty before the second one. */
  readonly findings: readonly DriftFinding[];
  readonly alarms: readonly DriftAlarm[];
}
