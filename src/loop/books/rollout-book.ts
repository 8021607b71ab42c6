import type { RolloutRecord } from "../rollout/rollout-record.ts";
import type { GuardPoint, RolloutVerdict, ShadowStatus } from "../rollout/rollout-status.ts";
import type { ArmTable } from "../units/arm-table.ts";
import type { UnitRating, UnitRequest } from "../units/units.ts";

/** Evidence of all processes together. */
export interface BookEvidence {
  readonly table: ArmTable;
  readonly shadow: ShadowStatus;
  /** Time at the stage so far in milliseconds. No jump of a clock adds to it. */
  readonly atStageMs: number;
  /** Number of processes whose tables it holds. */
  readonly processes: number;
  readonly kept: KeptJudgement;
}

/** The last judgement, for the next one and for people. Plain JSON. */
export interface KeptJudgement {
  /** Absent before the first. */
  readonly verdict?: RolloutVerdict | undefined;
  /** Recent points of the sequences by guard. */
  readonly points: Readonly<Record<string, readonly GuardPoint[]>>;
}

/** Reason why a process does not take part in a rollout that others run, or not with all that it knows. */
export interface BookProblem {
  readonly because: "salt-changed" | "settings-changed" | "record" | "table";
  /** Reason for people. */
  readonly reason: string;
}

/**
 * True if a process follows control alone: with another salt or other settings its units would be in other arms. Where its
 * record cannot be read, or its table has no place, the last known stage holds.
 */
export function isOut(problem: BookProblem | undefined): boolean {
  return problem?.because === "salt-changed" || problem?.because === "settings-changed";
}

/** Place where a rollout is kept: the memory of a process, or a store. No method rejects. */
export interface RolloutBook {
  /** Name of the store. Absent: the memory of this process. */
  readonly store?: string | undefined;
  readonly isReached: boolean;
  /** The record as last known; undefined until a store has answered. */
  readonly record: RolloutRecord | undefined;
  readonly problem: BookProblem | undefined;
  /** Returns milliseconds since the epoch on the clock by which changes are dated. */
  now(): number;
  /** Reads the record. */
  refresh(): Promise<void>;
  /**
   * Replaces the record by what `move` makes of the newest one, unless that is the same. Resolves with the record then,
   * or with undefined if it cannot be written. `move` may be called several times; what it throws is thrown.
   */
  change(move: (record: RolloutRecord) => RolloutRecord): Promise<RolloutRecord | undefined>;
  /** Takes a finished request of a unit that is compared. Returns at once. */
  note(request: UnitRequest): void;
  /** Takes a verdict on an answer. */
  rate(rating: UnitRating): void;
  addShadow(more: Partial<ShadowStatus>): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
  /** Evidence of this process alone, with what is not written yet: all there is while a store does not answer. */
  own(): ArmTable;
  /** Resolves with undefined if a store does not answer. */
  evidence(): Promise<BookEvidence | undefined>;
  /** True if this process judges now: of a fleet one at a time. */
  mayJudge(): Promise<boolean>;
  /** Keeps a judgement; `evidence` is what it was about. */
  keep(judgement: KeptJudgement, evidence: BookEvidence): Promise<void>;
  close(): Promise<void>;
}
