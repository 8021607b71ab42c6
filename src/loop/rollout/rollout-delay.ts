import type { BookEvidence } from "../books/rollout-book.ts";
import { mostFailedUnits } from "./failed-in-a-row.ts";
import type { ResolvedRollout } from "./rollout-options.ts";
import type { RolloutRecord } from "./rollout-record.ts";
import type { RolloutDelay } from "./rollout-status.ts";

const minuteMs = 60_000;

/** Returns how soon something is known, at the traffic of the stage so far; undefined before a unit of each arm has ended at it. */
export function rolloutDelay(
  { stage, before }: RolloutRecord,
  { table: { closed }, atStageMs }: Pick<BookEvidence, "table" | "atStageMs">,
  { stages, minUnitsAtStage, unitIdleMs }: ResolvedRollout,
): RolloutDelay | undefined {
  const now = stages[stage];
  const candidate = closed.candidate - before.candidate;
  const ended = Math.min(closed.control - before.control, candidate);
  const minutes = atStageMs / minuteMs;
  if (now === undefined || now.shadow === true || ended < 1 || minutes <= 0) return undefined;
  const unitsPerMinute = ended / minutes;
  const unitsLeft = Math.max(0, (now.units ?? minUnitsAtStage) - ended);
  return {
    unitsPerMinute,
    totalFailureUnits: mostFailedUnits,
    totalFailureMinutes: mostFailedUnits / (candidate / minutes),
    unitsLeft,
    minutesLeft: unitsLeft / unitsPerMinute,
    idleMinutes: unitIdleMs / minuteMs,
  };
}
