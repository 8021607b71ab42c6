import { errorType } from "../../contracts/errors/index.ts";
import type { BookEvidence } from "../books/rollout-book.ts";
import type { Guard } from "../guards/guard.ts";
import { type JudgedStage, judge, type Verdict } from "./judge.ts";
import { judgeShadow } from "./judge-shadow.ts";
import type { ResolvedRollout } from "./rollout-options.ts";
import type { RolloutRecord } from "./rollout-record.ts";
import type { RolloutVerdict } from "./rollout-status.ts";
import { sharesOf } from "./stage-shares.ts";

/** Judges the stage that a record is in, by evidence. Pure; a guard of a user that throws holds. */
export function judgeRecord(
  record: RolloutRecord,
  evidence: BookEvidence,
  rollout: ResolvedRollout,
  isAttached: boolean,
): Verdict {
  const { stages, guards, confidence, minMsAtStage: minMs } = rollout;
  const stage = stages[record.stage];
  if (stage === undefined) return hold("a person", "the stage is not known");
  if (stage.shadow === true) {
    const { shadow, atStageMs: sinceMs } = evidence;
    return judgeShadow(shadow, { stage, index: record.stage, sinceMs, minMs, isAttached });
  }
  try {
    const judged = judgedStage(record, evidence, rollout);
    return judge(evidence.table, judged, countedGuards(record, guards), 1 - confidence);
  } catch (error) {
    return hold("data", `a guard failed with an error of type ${errorType(error)}`);
  }
}

function judgedStage(
  record: RolloutRecord,
  { atStageMs }: BookEvidence,
  { stages, holdOut, advanceWhen, minUnitsAtStage, minMsAtStage, maxMsAtStage }: ResolvedRollout,
): JudgedStage {
  const { controlShare } = sharesOf({ ...record, state: "running" }, stages, holdOut);
  const stage = stages[record.stage];
  // Without control nothing more can be proven.
  const isCompared = controlShare > 0;
  return {
    index: record.stage,
    count: stages.length,
    requires: advanceWhen,
    minUnits: isCompared ? ((stage?.shadow === true ? undefined : stage?.units) ?? minUnitsAtStage) : 0,
    minMs: minMsAtStage,
    maxMs: isCompared ? maxMsAtStage : 0,
    sinceMs: atStageMs,
    before: record.before,
  };
}

/** Returns a verdict as people read it: with the state's own reason where a person must act. */
export function shownVerdict(record: RolloutRecord, found: Verdict, now: number): RolloutVerdict {
  const at = new Date(now).toISOString();
  const held = { verdict: "hold", at, stage: record.stage, numbers: found.numbers } as const;
  if (record.state !== "running") {
    // People still want to know what has ended it, and with which advice.
    const { guard, by, because, advice } = record.history.at(-1) ?? {};
    const needs = record.state === "done" ? undefined : "a person";
    return { ...held, needs, reason: `the rollout is ${inWords[record.state]}`, guard, by, because, advice };
  }
  if (found.verdict === "hold") return { ...held, reason: found.reason, needs: found.needs };
  return { ...held, reason: found.reason };
}

const inWords: Readonly<Record<RolloutRecord["state"], string>> = {
  running: "running",
  paused: "paused",
  "rolled-back": "rolled back",
  aborted: "aborted",
  invalid: "not valid",
  done: "done",
};

function hold(needs: "data" | "a person", reason: string): Verdict {
  return { verdict: "hold", needs, reason, numbers: {} };
}

/** A signal that a person has overruled says nothing more. */
function countedGuards({ overruled }: RolloutRecord, guards: readonly Guard[]): readonly Guard[] {
  if (overruled.length === 0) return guards;
  return guards.filter(({ kind, name }) => kind !== "signal" || !overruled.includes(name));
}
