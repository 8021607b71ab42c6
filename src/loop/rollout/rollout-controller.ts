import { errorType } from "../../contracts/errors/index.ts";
import { InvalidOptionError, type LoopEvent, StoreError } from "../../contracts/index.ts";
import { isOut, type RolloutBook } from "../books/rollout-book.ts";
import type { ArmTable } from "../units/arm-table.ts";
import { withParts } from "./begin-again.ts";
import type { CandidateFailures } from "./candidate-failures.ts";
import { followRecord, type Move } from "./followed-record.ts";
import { withPoints } from "./guard-points.ts";
import type { Verdict } from "./judge.ts";
import { judgeRecord, shownVerdict } from "./judge-record.ts";
import {
  afterBrokenPromise,
  afterHand,
  afterVerdict,
  type HandMove,
  isLive,
  type MoveFacts,
} from "./rollout-moves.ts";
import type { ResolvedRollout } from "./rollout-options.ts";
import type { RolloutSnapshot } from "./rollout-policy.ts";
import type { RolloutRecord } from "./rollout-record.ts";
import type { RolloutVerdict } from "./rollout-status.ts";
import { noShadow } from "./shadow-watch.ts";

export interface ControllerOptions {
  readonly rollout: ResolvedRollout;
  readonly book: RolloutBook;
  readonly emit: (event: LoopEvent) => void;
  /** True once a router is attached, so that the shadow stage knows its models. */
  readonly isAttached: () => boolean;
  readonly failures: Pick<CandidateFailures, "held">;
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
  /**
   * Moves by hand. Rejects with `InvalidOptionError` where the state does not allow it, and with `StoreError` where what goes
   * up was asked for at another revision than the newest: by default that which the book has now.
   */
  move(move: HandMove, revision?: number): Promise<void>;
  /** Follows a verdict that needs no comparison, in this process at once. It changes nothing where a rollout does not run. */
  atOnce(found: Verdict): void;
  /** Ends the rollout since a promise broke. */
  promiseBroke(promise: string): void;
  lastVerdict(): RolloutVerdict;
  /** Resolves when no judgement and no look at the book is under way. */
  idle(): Promise<void>;
  /** Alpha of the rollout. */
  readonly alpha: number;
}

export function createController(options: ControllerOptions): RolloutController {
  const { rollout, book, emit, isAttached, failures } = options;
  const { id, stages, guards } = rollout;
  let verdict: RolloutVerdict | undefined;
  /** Reason why the last judgement came to nothing. */
  let failure: string | undefined;
  const followed = followRecord({
    rollout,
    book,
    emit,
    onChange(last) {
      verdict = last;
    },
    onFailure(reason) {
      failure = reason;
    },
  });

  const factsNow = (table: ArmTable): MoveFacts => ({ now: book.now(), closed: table.closed });

  const judgeAlone = async (): Promise<void> => {
    // What this process knows is enough to roll back, and too little to advance.
    const { record } = followed;
    if (record === undefined || !isLive(record) || stages[record.stage]?.shadow === true) return;
    const table = book.own();
    const alone = { table, shadow: noShadow, atStageMs: 0, processes: 1, kept: { points: {} } };
    const found = judgeRecord(record, alone, rollout, isAttached());
    if (found.verdict !== "roll-back") return;
    await followed.urgent((latest) => afterVerdict(latest, found, factsNow(table)));
  };

  const judgeOnce = async (): Promise<void> => {
    failure = undefined;
    await followed.follow();
    await book.flush();
    const { record } = followed;
    if (record === undefined) return;
    // While no process can read the record, none judges for all.
    if (!book.isReached || book.problem?.because === "record") return judgeAlone();
    if (isOut(book.problem) || !(await book.mayJudge())) return;
    const evidence = await book.evidence();
    if (evidence === undefined) return judgeAlone();
    const found = failures.held(judgeRecord(record, evidence, rollout, isAttached()));
    const held = shownVerdict(record, found, book.now());
    verdict = held;
    await book.keep({ verdict: held, points: withPoints(evidence, guards) }, evidence);
    const facts = factsNow(evidence.table);
    const after: Move = (latest) => withParts(afterVerdict(latest, found, facts), evidence.table, guards);
    if (after(record) !== record)
      await book.change((latest) =>
        // Someone has moved it since: the verdict is about something else.
        latest.revision === record.revision ? after(latest) : latest,
      );
    followed.apply();
  };

  const lastVerdict = (): RolloutVerdict => {
    const { problem } = book;
    const at = new Date(book.now()).toISOString();
    const stage = followed.record?.stage ?? 0;
    const held = { verdict: "hold", at, stage, numbers: {} } as const;
    if (problem !== undefined) {
      const { because, reason } = problem;
      return isOut(problem)
        ? { ...held, verdict: "invalid", reason, because }
        : { ...held, reason, needs: "a person" };
    }
    if (!book.isReached)
      return { ...held, needs: "data", reason: "the store does not answer: the last known stage holds" };
    if (failure !== undefined) return { ...held, needs: "data", reason: failure };
    return verdict ?? { ...held, needs: "units", reason: "not judged yet" };
  };

  // Without a store the stage is known at once.
  followed.apply();
  let judging: Promise<void> = Promise.resolve();
  const underWay = new Set<Promise<void>>();
  const noted = (work: Promise<void>): Promise<void> => {
    const done = work.finally(() => underWay.delete(done));
    underWay.add(done);
    return done;
  };

  return {
    alpha: 1 - rollout.confidence,
    snapshot: () => followed.snapshot,
    record: () => followed.record,
    follow: () => noted(followed.follow()),
    async idle() {
      await Promise.allSettled([judging, ...underWay]);
    },
    async judge() {
      judging = judging.then(judgeOnce).catch((error: unknown) => {
        // A guard of a user may throw where tables are put together.
        failure = `the judgement failed with an error of type ${errorType(error)}`;
      });
      await judging;
      return lastVerdict();
    },
    async move(move, seen) {
      await followed.follow();
      const evidence = (await book.evidence())?.table ?? book.own();
      const to: Move = (latest) => afterHand(latest, move, stages.length, factsNow(evidence));
      const { record } = followed;
      if (record === undefined || isOut(book.problem)) throw notMoved(id, move, book);
      // Throws here where the state does not allow it.
      to(record);
      const revision = seen ?? record.revision;
      if (canWait(move)) await followed.urgent(unlessRefused(to));
      else if ((await book.change((latest) => to(unmoved(latest, revision, move, book)))) === undefined)
        throw notMoved(id, move, book);
      followed.apply();
      if (canWait(move) && followed.isPending) throw notMoved(id, move, book);
    },
    atOnce(found) {
      const move: Move = (latest) => {
        if (latest.state !== "running") return latest;
        // A person has looked at this, and gone on.
        if (found.verdict === "pause" && latest.overruled.includes(found.signal)) return latest;
        return afterVerdict(latest, found, factsNow(book.own()));
      };
      void noted(followed.urgent(move));
    },
    promiseBroke(promise) {
      void noted(followed.urgent((latest) => afterBrokenPromise(latest, promise, factsNow(book.own()))));
    },
    lastVerdict,
  };
}

/** True for a change by hand that holds here at once, whether the store answers or not: it only makes things safer. */
function canWait({ kind }: HandMove): boolean {
  return kind === "abort" || kind === "pause";
}

/**
 * Refuses what goes up from another state than the one that was there: of two people who advance at once, one would skip a
 * stage, and who resumes after a pause would begin again what another person has just aborted.
 */
function unmoved(
  latest: RolloutRecord,
  revision: number,
  { kind }: HandMove,
  { store = "memory" }: RolloutBook,
): RolloutRecord {
  if (latest.revision === revision) return latest;
  const { verdict, by = "the rollout itself" } = latest.history.at(-1) ?? {};
  const problem = `has moved meanwhile (${verdict} by ${by}): look at it, and ${kind} it again`;
  throw new StoreError(store, "conflict", `says that the rollout ${latest.id} ${problem}`);
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
function notMoved(id: string, move: HandMove, { problem, store = "memory" }: RolloutBook): Error {
  const { kind } = move;
  if (problem !== undefined)
    return new InvalidOptionError(
      `rollout.${kind}`,
      id,
      `for a rollout that this process takes part in: ${problem.reason}`,
    );
  return new StoreError(
    store,
    "failed",
    canWait(move)
      ? `does not answer: the ${kind} of the rollout ${id} holds in this process, which writes it when the store is back`
      : `does not answer: the rollout ${id} stays as it is`,
  );
}
