/**
 * Interval of a unit's keyed number in which a choice is made: `low <= draw < high`, both in [0, 1]. The router takes a
 * choice with this share for units in the interval alone, with probability / (high - low); so over all units its
 * probability is the one that the choice states.
 */
export interface ArmShare {
  /** Id of the comparison, such as a rollout or a hold-out: also the id of the policy input that knows the units. */
  readonly comparison: string;
  readonly arm: string;
  readonly low: number;
  readonly high: number;
}

/** Keyed number of the unit of a request, such as its session: the same for all its requests, in every process. */
export interface UnitDraw {
  /** First 12 hex digits of the keyed hash: never the name of the unit. */
  readonly unitHash: string;
  /** In [0, 1). */
  readonly draw: number;
}

/** The arm of a comparison that the unit of a request is in. */
export interface ArmAssignment extends UnitDraw {
  readonly comparison: string;
  readonly arm: string;
  /** Part of all units that the arm holds, `high - low`, in (0, 1]. */
  readonly share: number;
}
