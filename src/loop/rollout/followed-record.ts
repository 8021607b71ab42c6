import { errorType } from "../../contracts/errors/index.ts";
import type { LoopEvent } from "../../contracts/index.ts";
import { isOut, type RolloutBook } from "../books/rollout-book.ts";
import type { ResolvedRollout } from "./rollout-options.ts";
import type { RolloutSnapshot } from "./rollout-policy.ts";
import type { RolloutRecord } from "./rollout-record.ts";
import type { RolloutVerdict } from "./rollout-status.ts";
import { sharesOf } from "./stage-shares.ts";

/** A change of the record. It may be tried several times, each time on the newest record. */
export type Move = (record: RolloutRecord) => RolloutRecord;

export interface FollowedRecordOptions {
  readonly rollout: ResolvedRollout;
  readonly book: RolloutBook;
  /** Takes a change, with the newest entry of the history, when it is followed. */
  readonly onChange: (last: RolloutVerdict) => void;
  readonly emit: (event: LoopEvent) => void;
  /** Takes the reason why the book could not be read. */
  readonly onFailure: (reason: string) => void;
}

/** The record as this process follows it: that of the book, with what a store does not know yet. */
export interface FollowedRecord {
  readonly record: RolloutRecord | undefined;
  readonly snapshot: RolloutSnapshot;
  /** True while a change of this process waits for the store. */
  readonly isPending: boolean;
  /** Makes the snapshot that of the record, and tells of what has changed. */
  apply(): void;
  /** Reads what others have done, writes what waits, and follows both. Never rejects. */
  follow(): Promise<void>;
  /** Does what must be done at once: here if the store does not answer, and there when it does again. */
  urgent(move: Move): Promise<void>;
}

const unknown: RolloutSnapshot = Object.freeze({
  stage: 0,
  share: 0,
  controlShare: 0,
  paused: true,
  revision: 0,
});

export function followRecord(options: FollowedRecordOptions): FollowedRecord {
  const { rollout, book, onChange, emit, onFailure } = options;
  const { id, stages, holdOut } = rollout;
  let snapshot = unknown;
  let followed: RolloutRecord | undefined;
  /** Change that this process has made while the store did not answer, and must still write. */
  let pending: Move | undefined;
  /** Problem that listeners were told of. */
  let toldProblem: string | undefined;

  /** Tells once that this process, which may be all of them, stands still. */
  const tellProblem = (): void => {
    const { problem } = book;
    if (problem?.reason === toldProblem) return;
    toldProblem = problem?.reason;
    if (problem === undefined) return;
    const { stage, share } = snapshot;
    const verdict = isOut(problem) ? "invalid" : "hold";
    emit({
      type: "rollout-changed",
      rollout: id,
      verdict,
      stage,
      share,
      reason: problem.reason,
      numbers: {},
    });
  };

  const recordNow = (): RolloutRecord | undefined => {
    const { record } = book;
    return record === undefined || pending === undefined ? record : pending(record);
  };

  const apply = (): void => {
    follow();
    tellProblem();
  };

  const follow = (): void => {
    const record = recordNow();
    if (record === undefined) return;
    const out = isOut(book.problem);
    // An unreadable record changes nothing; another salt or other settings would move units.
    const { share, controlShare } = out ? { share: 0, controlShare: 0 } : sharesOf(record, stages, holdOut);
    const paused = record.state !== "running" || out;
    const { stage, revision } = record;
    const isSame =
      snapshot.stage === stage &&
      snapshot.share === share &&
      snapshot.controlShare === controlShare &&
      snapshot.paused === paused &&
      snapshot.revision === revision;
    const before = followed;
    followed = record;
    if (isSame) return;
    snapshot = Object.freeze({ stage, share, controlShare, paused, revision });
    if (before === undefined || before.revision === revision) return;
    const last = record.history.at(-1);
    if (last === undefined) return;
    onChange(last);
    emit({
      type: "rollout-changed",
      rollout: id,
      verdict: last.verdict,
      stage,
      share,
      guard: last.guard,
      by: last.by,
      reason: last.reason,
      numbers: last.numbers,
    });
  };

  /** Writes what is pending once the store is back. */
  const settle = async (): Promise<void> => {
    if (pending === undefined) return;
    const move = pending;
    if ((await book.change(move)) !== undefined && pending === move) pending = undefined;
  };

  return {
    get record() {
      return recordNow();
    },
    get snapshot() {
      return snapshot;
    },
    get isPending() {
      return pending !== undefined;
    },
    apply,
    async follow() {
      try {
        await book.refresh();
        await settle();
        apply();
      } catch (error) {
        // Called by timers, too, where no caller could catch it.
        onFailure(`the rollout could not be read: an error of type ${errorType(error)}`);
      }
    },
    async urgent(move) {
      const earlier = pending;
      const record = recordNow();
      // What waits already is not lost: each move changes nothing where it is fulfilled.
      if (earlier === undefined) pending = move;
      else if (record === undefined || move(record) !== record) pending = (latest) => move(earlier(latest));
      apply();
      await settle();
      apply();
    },
  };
}
