import type { DecisionsLost, EventSink, RouterEvent } from "../../contracts/index.ts";
import type { StateLines } from "../../contracts/ports/index.ts";
import { onlyReads } from "../../plugin/reading-sinks.ts";
import { isLoggedNews } from "./event-line.ts";
import { lineQueue, type QueueOptions } from "./line-queue.ts";
import type { AttemptEnded, Logged } from "./log-line.ts";

/** An event listener that writes decisions. */
export interface DecisionLog extends EventSink {
  /** Writes the queued decisions and closes the log. Rejects with the first error that lost decisions, if any. */
  close(): Promise<void>;
  /** Number of lost decisions: the queue was full, writing failed, or a decision is not JSON. */
  readonly dropped: number;
}

/** Largest number of requests under way whose classifier calls are remembered. */
const mostUnderWay = 10_000;
/** Shortest time between two reports of lost decisions, in milliseconds. */
const reportEveryMs = 60_000;

export interface IntakeOptions extends Omit<QueueOptions, "lose"> {
  /** Name of the function that made the log, for the warning of the process. */
  readonly owner: string;
  readonly file: string;
  /** Sources of states that are written next to decisions. Default: none. */
  readonly loop?: StateLines | undefined;
}

/**
 * Returns the listener that all logs share: it selects what becomes a line, and counts and tells what is lost. It never
 * blocks or fails a request.
 */
export function createIntake({ owner, file, loop, ...options }: IntakeOptions): DecisionLog {
  /** Calls of classifiers whose request has not ended. */
  const underWay = new Map<string, AttemptEnded[]>();
  let dropped = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  let emit: ((event: DecisionsLost) => void) | undefined;

  const lose = (count: number, reason: DecisionsLost["reason"]): void => {
    dropped += count;
    const now = performance.now();
    if (count === 0 || now - reportedAt < reportEveryMs) return;
    if (reportedAt === Number.NEGATIVE_INFINITY) warn(owner, file, reason);
    reportedAt = now;
    emit?.({ type: "decisions-lost", file, lost: dropped, reason });
  };
  const queue = lineQueue({ ...options, lose });
  const enqueue = (event: Logged): void => queue.add(event);
  const states = loop?.open((writer, read) => enqueue({ type: "loop-states", writer, states: read }));

  /** Remembers a call of a classifier: its request may never end, as a stream that is never read. */
  const remember = (event: AttemptEnded): void => {
    const { decisionId } = event;
    const known = underWay.get(decisionId);
    if (known !== undefined) known.push(event);
    else underWay.set(decisionId, [event]);
    if (underWay.size <= mostUnderWay) return;
    const [oldest, events] = underWay.entries().next().value as [string, AttemptEnded[]];
    underWay.delete(oldest);
    events.forEach(enqueue);
  };

  const listen = (event: RouterEvent): void => {
    if (event.type === "attempt-ended") {
      if (event.unlisted) enqueue(event);
      else if (event.attempt.hop === "classify") remember(event);
    } else if (event.type === "request-completed" || event.type === "request-failed") {
      if (event.decision !== undefined) {
        underWay.delete(event.decision.id);
        enqueue(event);
      } else {
        for (const { id } of event.attempts) {
          const decisionId = decisionIdOf(id);
          underWay.get(decisionId)?.forEach(enqueue);
          underWay.delete(decisionId);
        }
      }
    } else if (isLoggedNews(event)) {
      enqueue(event);
      if (event.type !== "feedback-given") states?.soon();
    }
  };

  return Object.defineProperty(
    Object.assign(onlyReads(listen), {
      attach(to: (event: DecisionsLost) => void) {
        emit = to;
      },
      async close() {
        for (const events of underWay.values()) events.forEach(enqueue);
        underWay.clear();
        await states?.close();
        await queue.close();
      },
    }),
    "dropped",
    { get: () => dropped, enumerable: true },
  ) as DecisionLog;
}

/** Id of the decision that an attempt belongs to. */
function decisionIdOf(attemptId: string): string {
  return attemptId.slice(0, attemptId.lastIndexOf("/"));
}

/** Tells people who listen to no event. */
function warn(owner: string, file: string, reason: DecisionsLost["reason"]): void {
  globalThis.process?.emitWarning(
    `${owner} loses decisions (${reason}, ${file}): see its "dropped" and the router's event "decisions-lost"`,
    { type: "SwitchpointWarning", code: "SWITCHPOINT_DECISIONS_LOST" },
  );
}
