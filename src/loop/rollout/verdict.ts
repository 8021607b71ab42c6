import type { UnitsByArm } from "../units/arm-table.ts";

/** Statement on a rollout, with a reason for people. */
export type Verdict = {
  readonly reason: string;
  readonly numbers: Readonly<Record<string, number>>;
} & (
  | { readonly verdict: "advance"; readonly to: number }
  | { readonly verdict: "hold"; readonly needs: "units" | "data" | "time" | "a person" }
  | { readonly verdict: "pause"; readonly signal: string }
  | { readonly verdict: "roll-back"; readonly guard: string }
  | { readonly verdict: "invalid"; readonly because: "srm" | "units-in-both-arms" | "salt-changed" }
  | { readonly verdict: "done"; readonly advice: "route" | "do-not-route" }
);

/** The stage that a rollout is in, as the judge needs it. */
export interface JudgedStage {
  /** From 0. */
  readonly index: number;
  /** Number of stages. */
  readonly count: number;
  /**
   * Requirement for the next stage. `no-harm-found`: enough units, and no guard has evidence of harm of
   * `suspicion` or more. `harm-ruled-out`: each guard has evidence of 1 / alpha that harm is within its margin. The last
   * stage always needs the latter.
   */
  readonly requires: "no-harm-found" | "harm-ruled-out";
  /** Fixed units that each arm needs at this stage. */
  readonly minUnits: number;
  /** Shortest time at this stage in milliseconds. */
  readonly minMs: number;
  /** Time at this stage in milliseconds after which a person must decide if nothing is proven. Absent: never. */
  readonly maxMs?: number | undefined;
  /** Time at this stage so far in milliseconds, by the monotonic clock. */
  readonly sinceMs: number;
  /** Fixed units by arm when the stage began: the table counts over all stages. */
  readonly before: UnitsByArm;
  /** True if the salt is not the one that the rollout began with. */
  readonly saltChanged?: boolean | undefined;
  /** Largest share of units in both arms. Default 0.01. */
  readonly maxInBoth?: number | undefined;
}

/** Evidence of harm that holds a rollout where none need be ruled out: without harm it comes in one of three at most. */
export const suspicion = 3;
