/** Arms that are compared. */
export type ComparedArm = "control" | "candidate";

/** A request of a unit, finished. */
export interface FinishedRequest {
  /** `degraded`: no check had accepted the answer. `aborted`: the caller left before its end. */
  readonly outcome: "answered" | "failed" | "degraded" | "aborted";
  /**
   * Trouble of the arm's own models before what the caller saw. `failed`: a call failed, was made again, went to a fallback, or
   * its answer was repaired; `refused`: a check refused an answer. Absent: none. A hedge is none: it counts by its latency.
   */
  readonly troubled?: "failed" | "refused" | undefined;
  /** Absent: the price is not known. */
  readonly costUsd?: number | undefined;
  /** Time to the whole answer. Of an aborted request that until the caller left: the answer would have taken longer. */
  readonly latencyMs: number;
  /** Time to the first content in milliseconds, if the answer was streamed. */
  readonly firstTokenMs?: number | undefined;
  /** `asked`: a larger model than the first was asked as well. `answered`: the caller got its answer. Absent: neither. */
  readonly escalated?: "asked" | "answered" | undefined;
  /** Verdicts on the answer. */
  readonly ratings?: readonly RatedQuality[] | undefined;
}

export interface RatedQuality {
  /** In [0, 1]. Of an audit: 0.5 is as good as the reference, 0 is worse by 1, and 1 better by 1. */
  readonly value: number;
  /** `feedback`, `audit` or `judge`, or one of these with more behind a colon, as in `feedback:thumbs`. */
  readonly source: string;
}

/** Evidence of the units so far for one guard. */
export interface GuardEvidence {
  /**
   * Evidence that there is harm above the margin, and that there is none. While the contrary is true, each reaches `c`
   * with probability at most `1 / c`, however often it is looked at: at least 0, 1 says nothing, 20 is 95 %.
   */
  readonly harm: number;
  readonly safe: number;
  /** Number of pairs of units that were compared, or half of the units where none are paired. */
  readonly pairs: number;
  /** Mean values of the arms. Absent without units. */
  readonly control?: number | undefined;
  readonly candidate?: number | undefined;
  /** Interval of 95 % of candidate minus control, to be shown: asymptotic, valid at any time. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Share of units whose value was clipped, where values are. */
  readonly clippedShare?: number | undefined;
  /** Share of units whose value could not be known, where that stops the comparison. */
  readonly unknownShare?: number | undefined;
}

/**
 * A measure on which the arms of a rollout are compared, with the harm that counts as none. Reducer over plain JSON: a
 * betting sequence depends on the order of the units, so that sums would not do. `State` is frozen or never changed.
 */
export interface Guard<State = unknown> {
  /** For instance `errors`. Unique within a rollout: letters, digits, `-`, `.`, `:`; at most 60 characters. */
  readonly name: string;
  /** `guard`: rolls back and holds; `signal`: pauses; `benefit`: without it the candidate is not worth routing to. */
  readonly kind: "guard" | "signal" | "benefit";
  /** Largest harm that counts as none, in the unit of the values, or as part of control's mean. */
  readonly margin: number;
  readonly marginOf: "difference" | "control";
  readonly unit: "share" | "usd" | "ms" | "quality";
  /** True if the error holds for each number of units; false if it holds only for many (central limit theorem). */
  readonly exact: boolean;
  /**
   * Requests of a unit that `value` is asked about: all, when the unit is fixed; or its first alone, as soon as that has ended.
   * Default `unit`. A guard on first requests finds harm early; it need not rule harm out.
   */
  readonly of?: "unit" | "first-request" | undefined;
  readonly initial: State;
  /** Value of a unit by its finished requests, of which more is worse. Undefined: the unit says nothing. */
  value(requests: readonly FinishedRequest[]): number | undefined;
  add(state: State, arm: ComparedArm, value: number): State;
  /**
   * Begins the part `at`, from 1, of the bets on harm: a part of the money bets from here on alone, so that harm which begins late
   * is found soon. What has begun already stays as it is. Absent: all money bets from the start.
   */
  begin?(state: State, at: number): State;
  /**
   * Puts the states of several processes together. `spread` is the largest number of processes in which one unit can
   * have requests: 1 if sessions are sticky, else the number of processes.
   */
  merge(states: readonly State[], spread: number): State;
  evidence(state: State): GuardEvidence;
  /** True for what `add` and `merge` return, also after a way through JSON. */
  isState(value: unknown): value is State;
}
