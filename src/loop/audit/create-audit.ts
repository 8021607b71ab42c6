import {
  type DecisionsLost,
  type EventSink,
  InvalidOptionError,
  type LoopEvent,
  type Model,
  type RouterEvent,
} from "../../contracts/index.ts";
import { answeringAttempt } from "../../plugin/answering-attempt.ts";
import { dropPromises } from "../../plugin/index.ts";
import { nodeBuiltin } from "../../plugin/node-builtin.ts";
import { createWorkQueue } from "../work-queue.ts";
import { createAuditBook } from "./audit-book.ts";
import { type AuditJob, auditedRecord, type Completed, refusalOf } from "./audit-job.ts";
import { type AuditOptions, resolveAuditOptions } from "./audit-options.ts";
import type { AuditStatus } from "./audit-status.ts";
import { type Compared, compareAnswers } from "./compare-answers.ts";
import { decidedBecause } from "./decided-because.ts";
import { drawnIds } from "./drawn-ids.ts";
import { errorsOf } from "./errors-of.ts";
import { joinFeedback } from "./joined-feedback.ts";
import { longestLine, outcomeLine, textLength } from "./outcome-line.ts";
import { createRecordFile } from "./record-file.ts";
import { lastDay } from "./spent-before.ts";

/** A sample of live requests that is answered a second time and scored. */
export interface Audit {
  status(): AuditStatus;
  /** Waits for all comparisons that wait or are under way, and writes their records. Rejects if that fails. */
  flush(): Promise<void>;
  /**
   * Ends all comparisons at once, writes what is there and listens no more. The router's `close()` does so too. Rejects
   * if records could not be written.
   */
  close(): Promise<void>;
}

/** Largest size of all requests with their answers that wait or are compared: a few with large pictures would fill the memory. */
const mostSize = 32_000_000;
/** Shortest time between two tries to open a file that failed, in milliseconds. */
const retryEveryMs = 30_000;

/**
 * Creates an audit: a random sample of the requests that another model than the reference answered is answered by the
 * reference as well, after the caller has the answer; both answers are scored, and an outcome record is written, as
 * `eval train`, `eval tune` and `eval report` read it. Requests that the reference answered count with a loss of 0.
 *
 * All calls are made under the constraints of their request, within the router's budgets and limits and within a day's
 * own money. A request is never delayed by it. What it costs counts in the router's budgets, so that a tenant's hard
 * budget is used up sooner. Throws `InvalidOptionError`.
 */
export function createAudit<const Id extends string>(given: AuditOptions<Id>): Audit {
  const options = resolveAuditOptions(given as unknown as AuditOptions);
  const files = nodeBuiltin("node:fs/promises");
  if (files === undefined)
    throw new InvalidOptionError("createAudit.file", options.file, "used where there is a file system");
  const { router, scorer, trainingShare, hash } = options;
  const storesText = options.prompts === "store";
  const reference = router.models[options.reference] as Model;
  const small = router.models[options.small] as Model;

  let emit: ((event: DecisionsLost | LoopEvent) => void) | undefined;
  let isClosed = false;
  let isFailing = false;
  let triedAt = Number.NEGATIVE_INFINITY;
  /** Ends of the follow-ups under way. */
  const ends = new Set<() => void>();
  const drawn = drawnIds();
  const feedback = joinFeedback(drawn.has);
  const book = createAuditBook({ ...options, tell: (event) => emit?.(event) });
  const file = createRecordFile({
    file: options.file,
    files,
    onFirst(line) {
      // What an earlier process spent today is known before the first call.
      const last = lastDay(line);
      if (last !== undefined) book.restore(last.day, last.spentUsd);
    },
    onState(fails, reason) {
      isFailing = fails;
      triedAt = performance.now();
      book.failing(fails, reason);
    },
  });

  const handOn = (job: Pick<AuditJob, "event" | "probability">, loss: number): void => {
    book.loss(loss, job.probability);
    const record = Object.freeze(auditedRecord(job, loss, hash));
    for (const take of options.onRecord)
      try {
        dropPromises(take(record));
      } catch {
        // Its failure concerns neither the audit nor the others, but people: it knows nothing of this loss.
        book.refused();
      }
  };

  /**
   * Counts whether an answer of another model could be compared. Those that the policy did not decide do not count:
   * where it chooses the reference alone, a failed comparison of a fallback's answer would end all records.
   */
  const noteCompared = ({ event, isReference }: AuditJob, isCompared: boolean): void => {
    const because = decidedBecause(event.decision, event.attempts);
    if (isReference && (because === "policy" || because === "held-out")) book.compared(isCompared);
  };

  const write = (
    job: AuditJob,
    compared: Extract<Compared, { skipped?: undefined }>,
    costUsd: number,
  ): void => {
    const { isReference, event } = job;
    if (storesText && textLength(job.request, [job.answer, compared.other], longestLine) > longestLine) {
      book.skip("too-long");
      return;
    }
    const parts = { job, compared, costUsd, ...book.day(), other: isReference ? reference : small };
    const { line, loss, quality } = outcomeLine(parts, options, reference.name);
    if (line.length > longestLine) book.skip("too-long");
    else if (!file.add(line)) book.skip("failed");
    else {
      book.record();
      feedback.scored(event.decision.id, quality);
      if (isReference) handOn(job, loss);
    }
  };

  const compare = async (job: AuditJob): Promise<void> => {
    const { event, request, answer, isReference } = job;
    const isOpen = await file.open().then(
      () => true,
      () => false,
    );
    const hold = isOpen && !isClosed ? book.hold(queue.working <= 1) : undefined;
    if (hold === undefined) {
      noteCompared(job, false);
      book.skip(isClosed ? "closed" : isOpen ? "budget" : "failed");
      return;
    }
    let spentUsd = 0;
    try {
      const followUp = event.follow("shadow", { maxCostUsd: hold.usd });
      ends.add(followUp.end);
      const compared = await compareAnswers({
        request,
        facts: event.decision.request,
        answer,
        given: answeringAttempt(event.attempts),
        model: isReference ? reference : small,
        isReference,
        scorer,
        followUp,
        timeoutMs: options.timeoutMs,
      });
      ends.delete(followUp.end);
      // Of calls that were left: the most that they can cost.
      spentUsd = followUp.committedUsd();
      hold.settle(spentUsd);
      book.spent(spentUsd, hold.usd, compared.skipped === "budget");
      // A model that may not answer is outside of what the loss is about: no policy could have chosen it.
      if (compared.skipped !== "not-permitted") noteCompared(job, compared.skipped === undefined);
      if (compared.skipped === undefined) write(job, compared, spentUsd);
      else book.skip(compared.skipped);
    } catch {
      // The router was closed, or a part of it that its user gave is broken.
      hold.settle(spentUsd);
      book.skip(isClosed ? "closed" : "failed");
    }
  };

  const queue = createWorkQueue<AuditJob>({
    places: options.maxConcurrent,
    mostWaiting: options.maxQueued,
    mostSize,
    work: compare,
  });

  /** Returns a draw; 1, which is drawn in no share, where none can be made: not chance has left it out, so people see it. */
  const drawnOf = (event: Completed): number => {
    const draw = drawOf(event);
    if (draw === undefined) book.skip("failed");
    return draw ?? 1;
  };

  const consider = (event: Completed): void => {
    const { decision } = event;
    const call = answeringAttempt(event.attempts);
    if (call === undefined) return;
    book.setNow(Date.parse(decision.at));
    if (isFailing && performance.now() - triedAt > retryEveryMs) file.retry();
    const probability = book.probability();
    const isDrawn = drawnOf(event) < probability;
    book.seen(isDrawn);
    if (!isDrawn) return;
    drawn.add(decision.id);
    const refusal = refusalOf(event, options);
    if (refusal !== undefined) {
      book.skip(refusal);
      return;
    }
    const isReference = call.name !== reference.name;
    if (!isReference) {
      // As many are left out as of the others could not be compared, so that neither kind outweighs the other.
      if (drawnOf(event) >= book.comparableShare()) return;
      book.ofReference();
      // Once all listeners have heard of the request: a rollout learns as one of them which arm it is in.
      queueMicrotask(() => handOn({ event, probability }, 0));
      if (drawnOf(event) >= trainingShare) return;
    }
    const [request, answer] = [event.readRequest(), event.readAnswer()];
    // Of a comparison that cannot be written nothing would be left but its cost.
    const isLong = storesText && textLength(request, [answer], longestLine) > longestLine;
    const job: AuditJob = { event, request, answer, probability, isReference };
    if (!isLong && queue.add(job, event.readSize())) return;
    noteCompared(job, false);
    book.skip(isLong ? "too-long" : "queue-full");
  };

  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      isClosed = true;
      remove();
      for (const _ of queue.drop()) book.skip("closed");
      for (const end of ends) end();
      await queue.idle();
      await file.close();
    })();
    return closing;
  };

  const sink: EventSink = Object.assign(
    (event: RouterEvent) => {
      if (isClosed) return;
      if (event.type === "request-completed") consider(event);
      else if (event.type === "feedback-given") feedback.given(event.decisionId, event.quality);
    },
    {
      attach(to: (event: DecisionsLost | LoopEvent) => void) {
        emit = to;
      },
      close,
    },
  );
  const remove = router.observe(sink);

  return {
    status() {
      const status = book.status();
      return {
        ...status,
        state: isClosed ? "closed" : status.state,
        queued: queue.waiting,
        underWay: queue.working,
        scorer: { name: scorer.name, errors: errorsOf(scorer) },
        feedback: feedback.status(),
      };
    },
    async flush() {
      await queue.idle();
      await file.flush();
    },
    close,
  };
}

/** Draws with the router's `random`; undefined if that fails. */
function drawOf({ draw }: Completed): number | undefined {
  try {
    return draw();
  } catch {
    return undefined;
  }
}
