import { errorType } from "../../contracts/errors/index.ts";
import { InvalidOptionError, type LoopEvent, StoreError } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import type { BookEvidence, RolloutBook } from "../books/rollout-book.ts";
import type { Guard } from "../guards/guard.ts";
import type { ArmTable } from "../units/arm-table.ts";
import { withPoints } from "./guard-points.ts";
import { type JudgedStage, judge, type Verdict } from "./judge.ts";
import { judgeShadow } from "./judge-shadow.ts";
import {
  afterBrokenPromise,
  afterHand,
  afterVerdict,
  type HandMove,
  type MoveFacts,
} from "./rollout-moves.ts";
import type { ResolvedRollout } from "./rollout-options.ts";
import type { RolloutSnapshot } from "./rollout-policy.ts";
import type { RolloutRecord } from "./rollout-record.ts";
import type { RolloutVerdict } from "./rollout-status.ts";
import { noShadow } from "./shadow-watch.ts";
import { sharesOf } from "./stage-shares.ts";

export interface ControllerOptions {
  readonly rollout: ResolvedRollout;
  readonly book: RolloutBook;
  readonly clock: Pick<Clock, "wall" | "monotonic">;
  readonly emit: (event: LoopEvent) => void;
  /** True once a router is attached, so that the shadow stage knows its models. */
  readonly isAttached: () => boolean;
}

/** Moves a rollout by its evidence and by hand. */
export interface RolloutController {
  snapshot(): RolloutSnapshot;
  /** The record as this process follows it: with a rollback that a store does not know yet. */
  record(): RolloutRecord | undefined;
  /** Reads what others have done, and follows it. */
  follow(): Promise<void>;
  /** Writes, reads and judges. One at a time; never rejects. */
  judge(): Promise<RolloutVerdict>;
  /** Moves by hand. Rejects with `InvalidOptionError` where the state does not allow it. */
  move(move: HandMove): Promise<void>;
  /** Ends the rollout since a promise broke. */
  promiseBroke(promise: string): void;
  lastVerdict(): RolloutVerdict;
  /** Alpha of the rollout. */
  readonly alpha: number;
}

const unknown: RolloutSnapshot = Object.freeze({
  stage: 0,
  share: 0,
  controlShare: 0,
  paused: true,
  revision: 0,
});

type Move = (record: RolloutRecord) => RolloutRecord;

export function createController(options: ControllerOptions): RolloutController {
  const { rollout, book, emit, isAttached } = options;
  const { id, stages, holdOut, guards } = rollout;
  const alpha = 1 - rollout.confidence;
  let snapshot = unknown;
  let followed: RolloutRecord | undefined;
  /** Change that this process has made while the store did not answer, and must still write. */
  let pending: Move | undefined;
  let verdict: RolloutVerdict | undefined;
  /** Reason why the last judgement came to nothing. */
  let failure: string | undefined;

  const recordNow = (): RolloutRecord | undefined => {
    const { record } = book;
    return record === undefined || pending === undefined ? record : pending(record);
  };

  /** Makes the snapshot that of the record, and tells of what has changed. */
  const apply = (): void => {
    const record = recordNow();
    if (record === undefined) return;
    const { problem } = book;
    // An unreadable record changes nothing; another salt or other settings would move units.
    const isOut = problem !== undefined && problem.because !== "record";
    const { share, controlShare } = isOut ? { share: 0, controlShare: 0 } : sharesOf(record, stages, holdOut);
    const paused = record.state !== "running" || isOut;
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
    verdict = last;
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

  const closedNow = (table: ArmTable): MoveFacts => ({ now: book.now(), closed: table.closed });

  /** Writes what is pending once the store is back. */
  const settle = async (): Promise<void> => {
    if (pending === undefined) return;
    const move = pending;
    if ((await book.change(move)) !== undefined && pending === move) pending = undefined;
  };

  const follow = async (): Promise<void> => {
    try {
      await book.refresh();
      await settle();
      apply();
    } catch (error) {
      // Called by timers, too, where no caller could catch it.
      failure = `the rollout could not be read: an error of type ${errorType(error)}`;
    }
  };

  /** Does what must be done at once: here if the store does not answer, and there when it does again. */
  const urgent = async (move: Move): Promise<void> => {
    const earlier = pending;
    const record = recordNow();
    // What waits already is not lost: each move changes nothing where it is fulfilled.
    if (earlier === undefined) pending = move;
    else if (record === undefined || move(record) !== record) pending = (latest) => move(earlier(latest));
    apply();
    await settle();
    apply();
  };

  const verdictOf = (record: RolloutRecord, evidence: BookEvidence): Verdict => {
    const stage = stages[record.stage];
    if (stage === undefined) return hold("a person", "the stage is not known");
    if (stage.shadow === true)
      return judgeShadow(evidence.shadow, {
        stage,
        index: record.stage,
        sinceMs: evidence.atStageMs,
        minMs: rollout.minMs,
        isAttached: isAttached(),
      });
    try {
      return judge(evidence.table, judgedStage(record, evidence), countedGuards(record, guards), alpha);
    } catch (error) {
      return hold("data", `a guard failed with an error of type ${errorType(error)}`);
    }
  };

  const judgedStage = (record: RolloutRecord, { atStageMs }: BookEvidence): JudgedStage => {
    const { controlShare } = sharesOf({ ...record, state: "running" }, stages, holdOut);
    const stage = stages[record.stage];
    // Without control nothing more can be proven.
    const isCompared = controlShare > 0;
    return {
      index: record.stage,
      count: stages.length,
      requires: rollout.advanceWhen,
      minUnits: isCompared ? ((stage?.shadow === true ? undefined : stage?.units) ?? rollout.minUnits) : 0,
      minMs: rollout.minMs,
      maxMs: isCompared ? rollout.maxMs : 0,
      sinceMs: atStageMs,
      before: record.before,
    };
  };

  /** Returns a verdict as people read it: with the state's own reason where a person must act. */
  const shown = (record: RolloutRecord, found: Verdict): RolloutVerdict => {
    const at = new Date(book.now()).toISOString();
    const held = { verdict: "hold", at, stage: record.stage, numbers: found.numbers } as const;
    if (record.state !== "running") {
      // People still want to know what has ended it, and with which advice.
      const { guard, by, because, advice } = record.history.at(-1) ?? {};
      const needs = record.state === "done" ? undefined : "a person";
      return {
        ...held,
        needs,
        reason: `the rollout is ${inWords[record.state]}`,
        guard,
        by,
        because,
        advice,
      };
    }
    if (found.verdict === "hold") return { ...held, reason: found.reason, needs: found.needs };
    return { ...held, reason: found.reason };
  };

  const judgeAlone = async (): Promise<void> => {
    // What this process knows is enough to roll back, and too little to advance.
    const record = recordNow();
    if (record === undefined || !isLive(record) || stages[record.stage]?.shadow === true) return;
    const table = book.own();
    const found = verdictOf(record, {
      table,
      shadow: noShadow,
      atStageMs: 0,
      processes: 1,
      kept: { points: {} },
    });
    if (found.verdict !== "roll-back") return;
    await urgent((latest) => afterVerdict(latest, found, closedNow(table)));
  };

  const judgeOnce = async (): Promise<void> => {
    failure = undefined;
    await follow();
    await book.flush();
    const record = recordNow();
    if (record === undefined) return;
    if (!book.isReached) return judgeAlone();
    if (book.problem !== undefined || !(await book.mayJudge())) return;
    const evidence = await book.evidence();
    if (evidence === undefined) return judgeAlone();
    const found = verdictOf(record, evidence);
    const held = shown(record, found);
    verdict = held;
    await book.keep({ verdict: held, points: withPoints(evidence, guards) }, evidence);
    const facts = closedNow(evidence.table);
    if (afterVerdict(record, found, facts) !== record)
      await book.change((latest) =>
        // Someone has moved it since: the verdict is about something else.
        latest.revision === record.revision ? afterVerdict(latest, found, facts) : latest,
      );
    apply();
  };

  // Without a store the stage is known at once.
  apply();
  let judging: Promise<void> = Promise.resolve();

  return {
    alpha,
    snapshot: () => snapshot,
    record: recordNow,
    follow,
    async judge() {
      judging = judging.then(judgeOnce).catch((error: unknown) => {
        // A guard of a user may throw where tables are put together.
        failure = `the judgement failed with an error of type ${errorType(error)}`;
      });
      await judging;
      return lastVerdict();
    },
    async move(move) {
      await follow();
      const evidence = (await book.evidence())?.table ?? book.own();
      const to: Move = (latest) => afterHand(latest, move, stages.length, closedNow(evidence));
      const record = recordNow();
      const isOut = book.problem !== undefined && book.problem.because !== "record";
      if (record === undefined || isOut) throw notMoved(id, move, book);
      // Throws here where the state does not allow it.
      to(record);
      const canWait = move.kind === "abort" || move.kind === "pause";
      if (canWait) await urgent(unlessRefused(to));
      else if ((await book.change(to)) === undefined) throw notMoved(id, move, book);
      apply();
      if (canWait && pending !== undefined) throw notMoved(id, move, book);
    },
    promiseBroke(promise) {
      void urgent((latest) => afterBrokenPromise(latest, promise, closedNow(book.own())));
    },
    lastVerdict,
  };

  function lastVerdict(): RolloutVerdict {
    const { problem } = book;
    const at = new Date(book.now()).toISOString();
    const stage = recordNow()?.stage ?? 0;
    if (problem !== undefined) {
      const isOut = problem.because !== "record";
      return {
        verdict: isOut ? "invalid" : "hold",
        at,
        stage,
        numbers: {},
        reason: problem.reason,
        ...(isOut ? { because: problem.because } : { needs: "a person" }),
      };
    }
    if (!book.isReached) {
      const reason = "the store does not answer: the last known stage holds";
      return { verdict: "hold", at, stage, numbers: {}, needs: "data", reason };
    }
    if (failure !== undefined)
      return { verdict: "hold", at, stage, numbers: {}, needs: "data", reason: failure };
    return verdict ?? { verdict: "hold", at, stage, numbers: {}, needs: "units", reason: "not judged yet" };
  }
}

const inWords: Readonly<Record<RolloutRecord["state"], string>> = {
  running: "running",
  paused: "paused",
  "rolled-back": "rolled back",
  aborted: "aborted",
  invalid: "not valid",
  done: "done",
};

function isLive({ state }: RolloutRecord): boolean {
  return state === "running" || state === "paused" || state === "done";
}

function hold(needs: "data" | "a person", reason: string): Verdict {
  return { verdict: "hold", needs, reason, numbers: {} };
}

/** A signal that a person has overruled says nothing more. */
function countedGuards({ overruled }: RolloutRecord, guards: readonly Guard[]): readonly Guard[] {
  if (overruled.length === 0) return guards;
  return guards.filter(({ kind, name }) => kind !== "signal" || !overruled.includes(name));
}

/** A wish that waits for the store may come too late: then it changes nothing. */
function unlessRefused(move: Move): Move {
  return (record) => {
    try {
      return move(record);
    } catch {
      return record;
    }
  };
}

/** Error of a change by hand that is not, or not yet, known to all. */
function notMoved(id: string, { kind }: HandMove, { problem, store = "memory" }: RolloutBook): Error {
  if (problem !== undefined)
    return new InvalidOptionError(
      `rollout.${kind}`,
      id,
      `for a rollout that this process takes part in: ${problem.reason}`,
    );
  const canWait = kind === "abort" || kind === "pause";
  return new StoreError(
    store,
    "failed",
    canWait
      ? `does not answer: the ${kind} of the rollout ${id} holds in this process, which writes it when the store is back`
      : `does not answer: the rollout ${id} stays as it is`,
  );
}
