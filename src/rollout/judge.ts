import { mismatchEvidence } from "../statistics/share-bets.ts";
import { type ArmTable, stateOf, type UnitsByArm } from "./arm-table.ts";
import type { Guard, GuardEvidence } from "./guards/guard.ts";

/** The stage that a rollout is in, as the judge needs it. */
export interface JudgedStage {
  /** From 0. */
  readonly index: number;
  /** Number of stages. */
  readonly count: number;
  /**
   * Requirement for the next stage: `no-harm-found` (no guard has evidence of harm, and enough units were seen) or
   * `harm-ruled-out` (each guard has evidence that harm is within its margin).
   */
  readonly requires: "no-harm-found" | "harm-ruled-out";
  /** Fixed units that each arm needs at this stage. */
  readonly minUnits: number;
  /** Shortest time at this stage in milliseconds. */
  readonly minMs: number;
  /** Time after which a person must decide, if nothing is proven, in milliseconds. Absent: never. */
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

/** Level of the test whether the arms have their shares. */
const mismatchAlpha = 0.001;

/**
 * Judges a rollout by its table. Pure. `alpha` in (0, 0.5] is the probability of a false rollback over the whole
 * rollout, split evenly over the guards; signals and benefits have one of their own.
 */
export function judge(table: ArmTable, stage: JudgedStage, guards: readonly Guard[], alpha: number): Verdict {
  const found = guards.map((guard) => ({ guard, evidence: guard.evidence(stateOf(table, guard)) }));
  const ofKind = (kind: Guard["kind"]) => found.filter(({ guard }) => guard.kind === kind);
  const numbers = numbersOf(table, stage);
  const invalid = invalidity(table, stage, numbers);
  if (invalid !== undefined) return invalid;

  const level = (kind: Guard["kind"]) => Math.max(1, ofKind(kind).length) / alpha;
  const worst = (kind: Guard["kind"]) => ofKind(kind).find(({ evidence }) => evidence.harm >= level(kind));
  const harmful = worst("guard");
  if (harmful !== undefined)
    return {
      verdict: "roll-back",
      guard: harmful.guard.name,
      reason: `${harmful.guard.name}: harm above the margin is proven`,
      numbers: { ...numbers, ...evidenceNumbers(harmful.evidence) },
    };
  const signal = worst("signal");
  if (signal !== undefined)
    return {
      verdict: "pause",
      signal: signal.guard.name,
      reason: `${signal.guard.name}: harm above the margin is proven`,
      numbers: { ...numbers, ...evidenceNumbers(signal.evidence) },
    };

  const without = worst("benefit");
  const guardsOnly = ofKind("guard");
  const unproven = guardsOnly.find(({ evidence }) => evidence.safe < 1 / alpha);
  const silent = guardsOnly.find(({ evidence }) => evidence.pairs === 0);
  const last = stage.index >= stage.count - 1;
  if (without !== undefined && unproven === undefined)
    return {
      verdict: "done",
      advice: "do-not-route",
      reason: `${without.guard.name}: the candidate does no harm and brings too little`,
      numbers: { ...numbers, ...evidenceNumbers(without.evidence) },
    };
  const hold = (needs: "units" | "data" | "time" | "a person", reason: string): Verdict => ({
    verdict: "hold",
    needs: stage.maxMs !== undefined && stage.sinceMs >= stage.maxMs ? "a person" : needs,
    reason,
    numbers,
  });
  if ((numbers["unitsAtStage"] as number) < stage.minUnits)
    return hold("units", "too few units at this stage");
  if (silent !== undefined) return hold("data", `${silent.guard.name}: no unit says anything yet`);
  if (stage.sinceMs < stage.minMs) return hold("time", "too short a time at this stage");
  if ((last || stage.requires === "harm-ruled-out") && unproven !== undefined)
    return hold("units", `${unproven.guard.name}: harm is neither proven nor ruled out`);
  if (last) return { verdict: "done", advice: "route", reason: "harm is ruled out by all guards", numbers };
  return {
    verdict: "advance",
    to: stage.index + 1,
    reason: unproven === undefined ? "harm is ruled out by all guards" : "no guard has found harm",
    numbers,
  };
}

function invalidity(table: ArmTable, stage: JudgedStage, numbers: Verdict["numbers"]): Verdict | undefined {
  if (stage.saltChanged === true)
    return { verdict: "invalid", because: "salt-changed", reason: "the salt is another one", numbers };
  if ((numbers["mismatch"] as number) >= 1 / mismatchAlpha)
    return {
      verdict: "invalid",
      because: "srm",
      reason: "the arms do not have their shares of units",
      numbers,
    };
  const most = (stage.maxInBoth ?? 0.01) * (table.units.control + table.units.candidate);
  if (table.inBoth > Math.max(5, most))
    return {
      verdict: "invalid",
      because: "units-in-both-arms",
      reason: "too many units are in both arms",
      numbers,
    };
  return undefined;
}

function numbersOf(table: ArmTable, { before }: JudgedStage): Verdict["numbers"] {
  return {
    controlUnits: table.closed.control,
    candidateUnits: table.closed.candidate,
    unitsAtStage: Math.min(table.closed.control - before.control, table.closed.candidate - before.candidate),
    inBoth: table.inBoth,
    mismatch: mismatchEvidence(table.shares),
  };
}

function evidenceNumbers({ harm, safe, pairs, control, candidate }: GuardEvidence): Verdict["numbers"] {
  return {
    harm,
    safe,
    pairs,
    ...(control !== undefined && { control }),
    ...(candidate !== undefined && { candidate }),
  };
}
