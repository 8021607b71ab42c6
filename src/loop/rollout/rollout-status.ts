import type { RequestCounts } from "../units/arm-table.ts";

/**
 * A part of a rollout: the candidate decides for a number of requests without being followed, or gets a share of the
 * units. Plain JSON.
 */
export type RolloutStage =
  | {
      readonly shadow: true;
      /** Number of requests that are decided by both before the first share, at least 1. */
      readonly requests: number;
      /** Share of them, in (0, 1], for which the candidate's model is called after the answer. Absent: none. */
      readonly calls?: number | undefined;
    }
  | {
      readonly shadow?: undefined;
      /** Share of the units that the candidate decides for, in (0, 1]. */
      readonly share: number;
      /** Number of closed units of each arm before the next stage can begin. Absent: guards alone decide. */
      readonly units?: number | undefined;
    };

/** State of a rollout for people. `rolled-back`, `aborted` and `invalid` have no share until a person resumes. */
export type RolloutStateName = "running" | "paused" | "rolled-back" | "aborted" | "invalid" | "done";

/** A verdict on a rollout, by its guards or by a person. Plain JSON. */
export interface RolloutVerdict {
  readonly verdict: "advance" | "hold" | "pause" | "resume" | "roll-back" | "abort" | "invalid" | "done";
  /** ISO 8601. */
  readonly at: string;
  /** Stage from then on, from 0. */
  readonly stage: number;
  /** Reason for people. */
  readonly reason: string;
  readonly numbers: Readonly<Record<string, number>>;
  /** Guard or signal that decided, if one did. */
  readonly guard?: string | undefined;
  /** Lack that makes it hold: `units`, `data`, `time` or `a person`. */
  readonly needs?: string | undefined;
  /** Cause of `invalid`: `srm`, `units-in-both-arms`, `salt-changed` or `settings-changed`. */
  readonly because?: string | undefined;
  /** Advice of `done`. */
  readonly advice?: "route" | "do-not-route" | undefined;
  /** Name of the person. Absent: the rollout itself. */
  readonly by?: string | undefined;
}

/** The evidence of a guard at a number of pairs of units. */
export interface GuardPoint {
  readonly pairs: number;
  /** Mean of the candidate minus that of control, less is better. */
  readonly difference: number;
  /** Ends of the confidence sequence of the difference, if the guard has one. */
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  /** Wealth of the bets that there is harm above the margin, and that there is none. */
  readonly harm: number;
  readonly safe: number;
}

/** A guard or signal of a rollout with its evidence so far. Plain JSON. */
export interface GuardStatus extends GuardPoint {
  readonly name: string;
  readonly kind: "guard" | "signal" | "benefit";
  /** Largest harm that counts as none, in the unit of the values, or as part of control's mean. */
  readonly margin: number;
  readonly marginOf: "difference" | "control";
  readonly unit: "share" | "usd" | "ms" | "quality";
  /** True if its error holds for every number of units; false if it holds for large ones. */
  readonly exact: boolean;
  /** Means over pairs. Absent without pairs. */
  readonly control?: number | undefined;
  readonly candidate?: number | undefined;
  /** `harm` from which it rolls back or pauses, and `safe` from which harm is ruled out. */
  readonly alarmAt: number;
  readonly safeAt: number;
  /** `first-request`: it looks at the first request of each unit, as soon as that has ended. Absent: at whole units. */
  readonly of?: "first-request" | undefined;
  /** Share of units whose value is not known, if there are any: above 0.01 the guard compares nothing. */
  readonly unknownShare?: number | undefined;
  /** Recent points of the sequence, the oldest first, at most 60. */
  readonly points: readonly GuardPoint[];
}

/** Units and minutes until something is known, at the traffic of this stage so far. */
export interface RolloutDelay {
  /** Units that end per minute, in the arm with fewer. */
  readonly unitsPerMinute: number;
  /** Units of the candidate after which a total failure is rolled back at the latest, and minutes until they have begun. */
  readonly totalFailureUnits: number;
  readonly totalFailureMinutes: number;
  /** Units that each arm still needs at this stage, and minutes until it has them: no proof comes before. */
  readonly unitsLeft: number;
  readonly minutesLeft: number;
  /** Minutes without a request after which a unit is fixed: other guards see no unit earlier. */
  readonly idleMinutes: number;
}

/** Counts of the shadow stage. */
export interface ShadowStatus {
  /** Requests for which both decided. */
  readonly requests: number;
  /** Number of them whose model would have been another. */
  readonly changed: number;
  /** Requests for which the candidate threw or had no opinion. */
  readonly failed: number;
  /** Sum of estimated costs, candidate minus control, in US dollars, over requests whose prices are known. */
  readonly costDifferenceUsd: number;
  readonly priced: number;
  /** Calls of the candidate's model after the answer, and those that failed. */
  readonly calls: number;
  readonly failedCalls: number;
}

/** All that is known of a rollout, as plain JSON without text of requests and without the salt. */
export interface RolloutStatus {
  readonly formatVersion: 1;
  readonly id: string;
  /** Kind of unit: `session`, `tenant`, `request`, `label …`, or `function …`. */
  readonly unit: string;
  readonly confidence: number;
  readonly stages: readonly RolloutStage[];
  /** Share of units that stays with control in the last stage. Absent: none. */
  readonly holdOut?: number | undefined;
  readonly state: RolloutStateName;
  /** Current stage, from 0. */
  readonly stage: number;
  /** Start of the stage, ISO 8601. */
  readonly since: string;
  /** Shares of all units that the arms have now. */
  readonly share: number;
  readonly controlShare: number;
  /** Grows with each change. */
  readonly revision: number;
  readonly verdict: RolloutVerdict;
  /** Changes, the oldest first, at most 50. */
  readonly history: readonly RolloutVerdict[];
  /** Closed units that are compared, by arm. */
  readonly units: { readonly control: number; readonly candidate: number };
  /** Requests of units that are compared, by arm: what callers saw, and what the arm's own models did. */
  readonly requests: Readonly<Record<"control" | "candidate", RequestCounts>>;
  /** Absent: no unit has ended at this stage, or the stage has no share. */
  readonly delay?: RolloutDelay | undefined;
  /** Units with requests that are not closed yet, in this process. */
  readonly openUnits: number;
  /** Units that were seen in both arms, which must not be. */
  readonly inBoth: number;
  /** Evidence that the arms do not have their shares of the units. */
  readonly mismatch: { readonly evidence: number; readonly alarmAt: number };
  readonly guards: readonly GuardStatus[];
  /** Absent: no stage is `shadow`. */
  readonly shadow?: ShadowStatus | undefined;
  /** Absent: the rollout has no store. */
  readonly store?:
    | {
        readonly name: string;
        /** False: the last known stage holds, and nothing advances. */
        readonly isReached: boolean;
        /** Number of processes whose units are in the table, dead ones too. */
        readonly processes: number;
      }
    | undefined;
}
