import { isLive } from "../rollout/rollout-moves.ts";
import type { RolloutRecord } from "../rollout/rollout-record.ts";

/**
 * True if a store has lost what this process knows, with its last second or with everything, and what it has must not take
 * its place: an older record, also of a process that knew nothing and was the first to write; one that went on where a
 * rollback or an abort was lost, since within an epoch nothing goes on after an end; or one that went on where a pause was.
 */
export function hasLost(read: RolloutRecord, known: RolloutRecord): boolean {
  if (read.revision < known.revision) return true;
  if (read.epoch > known.epoch || !isLive(read)) return false;
  return !isLive(known) || (known.state === "paused" && read.state === "running" && !knows(read, known));
}

/** True if the last change of a record is part of the history of the other one, or older than that. */
function knows(read: RolloutRecord, { revision, history }: RolloutRecord): boolean {
  const last = history.at(-1);
  if (last === undefined || read.revision - revision >= read.history.length) return true;
  return read.history.some(
    ({ at, verdict, by }) => at === last.at && verdict === last.verdict && by === last.by,
  );
}
