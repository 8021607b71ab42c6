import type { Guard, GuardEvidence } from "../guards/guard.ts";
import { mismatchEvidence } from "../statistics/share-bets.ts";
import { type ArmTable, stateOf } from "../units/arm-table.ts";
import { type JudgedStage, suspicion, type Verdict } from "./verdict.ts";

/** Level of the always-valid test whether the arms have their shares of units. */
export const mismatchAlpha = 0.001;
const usualMaxInBoth = 0.01;
/** Units in both arms that are never too many: a few come from restarts with another clock or salt in a test. */
const fewInBoth = 5;

interface Found {
  readonly guard: Guard;
  readonly evidence: GuardEvidence;
}

/**
 * Judges a rollout by its table, at any time and as often as wanted. Pure. `alpha` in (0, 0.5]:
 *
 * - A rollout in which no guard's harm exceeds its margin is rolled back with probability `alpha` at most, over all its
 *   stages together: the error is split evenly over the guards. Signals share another `alpha`, benefits too.
 * - One in which a guard's harm is at its margin or above passes `harm-ruled-out` with probability `alpha` at most: all
 *   guards must pass, so that nothing is split.
 * - A part of the money that bets on harm begins every 500 pairs, so that harm which comes late is found soon; the wealth of
 *   all is one wealth, and the error one for the whole life.
 * - Evidence goes on from stage to stage. The n-th unit of one arm is compared with the n-th of the other, whose chance
 *   to be in either arm is the same; so a pair's expected excess is within the margin whatever the shares are, and a
 *   stage that depends on what was seen before changes nothing in it.
 */
export function judge(table: ArmTable, stage: JudgedStage, guards: readonly Guard[], alpha: number): Verdict {
  const numbers = numbersOf(table, stage);
  const invalid = invalidity(table, stage, numbers);
  if (invalid !== undefined) return invalid;
  const found = guards.map((guard) => ({ guard, evidence: evidenceOf(table, guard) }));
  const proven = provenHarm(found, numbers, alpha);
  return proven ?? unproven(found, stage, numbers, alpha);
}

/** Evidence that makes a guard, signal or benefit decide: the number of its kind divided by alpha. */
export function decidesAt(guards: readonly Guard[], kind: Guard["kind"], alpha: number): number {
  return Math.max(1, guards.filter((guard) => guard.kind === kind).length) / alpha;
}

function provenHarm(
  found: readonly Found[],
  numbers: Verdict["numbers"],
  alpha: number,
): Verdict | undefined {
  const guards = found.map(({ guard }) => guard);
  const worst = (kind: Guard["kind"]) => {
    const level = decidesAt(guards, kind, alpha);
    return found.find(({ guard, evidence }) => guard.kind === kind && evidence.harm >= level);
  };
  const said = ({ guard, evidence }: Found, words: string) => ({
    reason: `${guard.name}: ${words}, ${meansOf(evidence, guard)}`,
    numbers: { ...numbers, ...evidenceNumbers(evidence, guard) },
  });
  const harmful = worst("guard");
  if (harmful !== undefined)
    return {
      verdict: "roll-back",
      guard: harmful.guard.name,
      ...said(harmful, "harm above the margin is proven"),
    };
  const useless = worst("benefit");
  if (useless !== undefined)
    return { verdict: "done", advice: "do-not-route", ...said(useless, "the candidate brings too little") };
  const signal = worst("signal");
  if (signal !== undefined)
    return {
      verdict: "pause",
      signal: signal.guard.name,
      ...said(signal, "harm above the margin is proven"),
    };
  return undefined;
}

function unproven(
  found: readonly Found[],
  stage: JudgedStage,
  numbers: Verdict["numbers"],
  alpha: number,
): Verdict {
  // Of a guard on first requests nothing is asked but that it finds no harm.
  const all = found.filter(({ guard }) => guard.kind === "guard");
  const guards = all.filter(({ guard }) => guard.of !== "first-request");
  const isLast = stage.index >= stage.count - 1;
  const isLate = stage.maxMs !== undefined && stage.sinceMs >= stage.maxMs;
  const hold = (needs: "units" | "data" | "time", reason: string): Verdict =>
    isLate
      ? { verdict: "hold", needs: "a person", reason: `${reason}, and the time for it is over`, numbers }
      : { verdict: "hold", needs, reason, numbers };
  const units = numbers["unitsAtStage"] ?? 0;
  if (units < stage.minUnits) return hold("units", `${units} of ${stage.minUnits} units at this stage`);
  const blind = guards.find(({ evidence }) => evidence.unknownShare !== undefined && evidence.safe === 0);
  if (blind !== undefined)
    return hold(
      "data",
      `${blind.guard.name}: of ${percent(blind.evidence.unknownShare)} of the units it is not known, so that the others are not compared`,
    );
  const silent = guards.find(({ evidence }) => evidence.pairs === 0);
  if (silent !== undefined) return hold("data", `${silent.guard.name}: no two units say anything yet`);
  // Written so that evidence that is not a number holds.
  const open = guards.find(({ evidence }) => !(evidence.safe >= 1 / alpha));
  const suspect = all.find(({ evidence }) => !(evidence.harm < suspicion));
  if (open !== undefined && (isLast || stage.requires === "harm-ruled-out"))
    return hold(
      "units",
      `${open.guard.name}: harm is neither proven nor ruled out, ${meansOf(open.evidence, open.guard)}`,
    );
  if (open !== undefined && suspect !== undefined)
    return hold(
      "units",
      `${suspect.guard.name}: there may be harm, ${meansOf(suspect.evidence, suspect.guard)}`,
    );
  if (stage.sinceMs < stage.minMs)
    return { verdict: "hold", needs: "time", reason: "too short a time at this stage", numbers };
  const reason =
    open === undefined ? "all guards have ruled out harm above their margins" : "no guard has found harm";
  if (isLast) return { verdict: "done", advice: "route", reason, numbers };
  return { verdict: "advance", to: stage.index + 1, reason, numbers };
}

function percent(share = 0): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

function invalidity(table: ArmTable, stage: JudgedStage, numbers: Verdict["numbers"]): Verdict | undefined {
  if (stage.saltChanged === true)
    return {
      verdict: "invalid",
      because: "salt-changed",
      reason: "the salt is another one than at the beginning: units are in other arms than before",
      numbers,
    };
  const seen = table.units.control + table.units.candidate;
  if (table.inBoth > Math.max(fewInBoth, (stage.maxInBoth ?? usualMaxInBoth) * seen))
    return {
      verdict: "invalid",
      because: "units-in-both-arms",
      reason: `${table.inBoth} of ${seen} units were seen in both arms while the shares were the same`,
      numbers,
    };
  if ((numbers["mismatch"] ?? 0) >= 1 / mismatchAlpha)
    return {
      verdict: "invalid",
      because: "srm",
      reason: `the arms do not have their shares of units: ${table.units.candidate} of the candidate, ${table.units.control} of control`,
      numbers,
    };
  return undefined;
}

function numbersOf(table: ArmTable, { before }: JudgedStage): Verdict["numbers"] {
  const { closed } = table;
  return {
    controlUnits: closed.control,
    candidateUnits: closed.candidate,
    unitsAtStage: Math.min(closed.control - before.control, closed.candidate - before.candidate),
    inBoth: table.inBoth,
    mismatch: mismatchEvidence(table.shares),
  };
}

/** Evidence of a guard; none if a guard of the user throws. */
export function evidenceOf(table: ArmTable, guard: Guard): GuardEvidence {
  try {
    return guard.evidence(stateOf(table, guard));
  } catch {
    return { harm: 1, safe: 0, pairs: 0 };
  }
}

function evidenceNumbers(evidence: GuardEvidence, { margin }: Guard): Verdict["numbers"] {
  const { harm, safe, pairs, control, candidate } = evidence;
  return {
    margin,
    harm,
    safe,
    pairs,
    ...(control !== undefined && { control }),
    ...(candidate !== undefined && { candidate }),
  };
}

function meansOf({ control, candidate, pairs }: GuardEvidence, { margin, marginOf }: Guard): string {
  const shown = (value = Number.NaN) => String(Number(value.toPrecision(3)));
  const of = marginOf === "control" ? " of control's" : "";
  return `candidate ${shown(candidate)}, control ${shown(control)}, margin ${shown(margin)}${of}, ${pairs} pairs of units`;
}

export type { JudgedStage, Verdict } from "./verdict.ts";
