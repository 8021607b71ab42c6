import type { FileHandle } from "node:fs/promises";
import {
  type DecisionsLost,
  type EventSink,
  InvalidOptionError,
  type RouterEvent,
} from "../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../plugin/index.ts";
import { nodeBuiltin } from "../plugin/node-builtin.ts";
import { nodeCrypto } from "../plugin/node-crypto.ts";

export interface DecisionLogOptions {
  /** File to append to; created if it does not exist. */
  readonly file: string;
  /** True to write the ask as `prompt`. Default false: lines have a `promptHash` instead. */
  readonly prompts?: boolean | undefined;
  /**
   * Key of `promptHash` (HMAC-SHA-256, 32 hex digits), which makes equal prompts recognisable without
   * showing them. Default: random for each process, so hashes of two processes cannot be compared.
   */
  readonly hashKey?: string | undefined;
  /**
   * Maximum number of decisions waiting to be written; further ones are dropped, counted and reported. So are
   * those beyond 128 million characters. Default 100,000: five seconds at 20,000 a second, in about 125 MB.
   */
  readonly maxQueued?: number | undefined;
}

/** An event listener that writes decisions to a file. */
export interface DecisionLog extends EventSink {
  /** Writes the queued decisions and closes the file. Rejects with the first write error, if any. */
  close(): Promise<void>;
  /** Number of lost decisions: the queue was full, writing failed, or a decision is not JSON. */
  readonly dropped: number;
}

type Ended = Extract<RouterEvent, { type: "request-completed" | "request-failed" }>;
type AttemptEnded = Extract<RouterEvent, { type: "attempt-ended" }>;

/**
 * Number of decisions from which their lines are built at once: a line is a tenth of what its decision holds, so
 * a burst that leaves the event loop no time to write takes little memory.
 */
const sliceSize = 100;
/** Length from which waiting lines are written at once, in characters. */
const writeSize = 1_000_000;
/** Largest length of all waiting lines, in characters. */
const longestQueue = 128_000_000;
/** Largest number of requests under way whose classifier calls are remembered. */
const mostUnderWay = 10_000;
/** Lines of some decisions, as one text. */
interface Slice {
  readonly text: string;
  readonly lines: number;
}

/** Shortest time between two reports of lost decisions, in milliseconds. */
const reportEveryMs = 60_000;

/**
 * Creates a log that writes one JSON line for each decided request: the decision with its attempts, usage,
 * cost and error. It never blocks or fails a request. Pass it as `onEvent`; `router.close()` flushes it. Throws
 * `InvalidOptionError` where there is no file system.
 *
 * A paid call that belongs to no such line gets one of its own, `{ decisionId, tenant?, attempt }`: calls of
 * `decide()`, of requests that failed before they were decided, of streams that were never read, and calls that ended
 * after their request. So each attempt is in the log, in most cases once: its `id` identifies it.
 *
 * Lines are written as soon as the event loop is free. A process that is killed loses those that wait, at most
 * `maxQueued` and the megabyte that is being written, and may cut its last line. A loss is reported at the first
 * decision, then at most once a minute: by the router's event `decisions-lost`, and the first time by a warning
 * of the process (code `SWITCHPOINT_DECISIONS_LOST`).
 */
export function decisionLog(options: DecisionLogOptions): DecisionLog {
  checkKeys("decisionLog", options, ["file", "prompts", "hashKey", "maxQueued"]);
  const { file, prompts = false, hashKey = nodeCrypto().randomBytes(32), maxQueued = 100_000 } = options;
  checkText("decisionLog.file", file);
  checkNumber("decisionLog.maxQueued", maxQueued, { min: 1, integer: true });
  if (hashKey === "") throw new InvalidOptionError("decisionLog.hashKey", hashKey, "a non-empty string");
  const files = nodeBuiltin("node:fs/promises");
  if (files === undefined)
    throw new InvalidOptionError(
      "decisionLog.file",
      file,
      "left out where there is no file system, as in Workers and edge functions: pass a function of your own as onEvent",
    );
  let queue: (Ended | AttemptEnded)[] = [];
  /** Calls of classifiers whose request has not ended. */
  const underWay = new Map<string, AttemptEnded[]>();
  let slices: Slice[] = [];
  /** Lines and characters of the slices. */
  let lines = 0;
  let characters = 0;
  let handle: FileHandle | undefined;
  let writing: Promise<void> | undefined;
  let failure: unknown;
  let dropped = 0;
  let reportedAt = Number.NEGATIVE_INFINITY;
  let emit: ((event: DecisionsLost) => void) | undefined;
  let closed = false;

  const lose = (count: number, reason: DecisionsLost["reason"]): void => {
    if (count === 0) return;
    dropped += count;
    const now = performance.now();
    if (now - reportedAt < reportEveryMs) return;
    if (reportedAt === Number.NEGATIVE_INFINITY) warn(file, reason);
    reportedAt = now;
    emit?.({ type: "decisions-lost", file, lost: dropped, reason });
  };

  const lineOf = (event: Ended | AttemptEnded): string => {
    if (event.type === "attempt-ended") {
      const { decisionId, tenant, attempt } = event;
      return `${JSON.stringify({ decisionId, tenant, attempt })}\n`;
    }
    const { ask } = event.readText();
    const text = prompts
      ? { prompt: ask }
      : { promptHash: nodeCrypto().createHmac("sha256", hashKey).update(ask).digest("hex").slice(0, 32) };
    const { decision, attempts, latencyMs } = event;
    const end =
      event.type === "request-completed"
        ? { usage: event.usage, costUsd: event.costUsd }
        : { error: event.error };
    return `${JSON.stringify({ ...decision, ...text, attempts, ...end, latencyMs })}\n`;
  };

  /**
   * Builds the lines of the queue. A decision that cannot be written, for instance because a cost is a bigint,
   * does not affect the others.
   */
  const build = (): void => {
    if (queue.length === 0) return;
    const events = queue;
    queue = [];
    const slice = { text: "", lines: 0 };
    for (const event of events) {
      try {
        slice.text += lineOf(event);
        slice.lines += 1;
      } catch (error) {
        failure ??= error;
        lose(1, "not-json");
      }
    }
    slices.push(slice);
    lines += slice.lines;
    characters += slice.text.length;
  };

  /** Takes slices of about `writeSize` characters from the waiting ones. */
  const take = (): Slice => {
    build();
    let text = "";
    let count = 0;
    let taken = 0;
    while (taken < slices.length && text.length < writeSize) {
      const slice = slices[taken] as Slice;
      text += slice.text;
      count += slice.lines;
      taken += 1;
    }
    slices = slices.slice(taken);
    lines -= count;
    characters -= text.length;
    return { text, lines: count };
  };

  const write = async () => {
    handle ??= await openForLines(files, file);
    while (queue.length > 0 || slices.length > 0) {
      const slice = take();
      try {
        await handle.appendFile(slice.text, "utf8");
      } catch (error) {
        lose(slice.lines, "write-failed");
        // The last line may be cut: the next write opens the file again and ends it.
        const broken = handle;
        handle = undefined;
        await broken.close().catch(() => {});
        throw error;
      }
    }
  };

  const start = () => {
    writing ??= write()
      .catch((error) => {
        failure ??= error;
        lose(queue.length + lines, "write-failed");
        queue = [];
        slices = [];
        lines = 0;
        characters = 0;
      })
      .finally(() => {
        writing = undefined;
      });
  };

  const enqueue = (event: Ended | AttemptEnded): void => {
    if (closed || queue.length + lines >= maxQueued || characters >= longestQueue) {
      lose(1, closed ? "closed" : "queue-full");
      return;
    }
    queue.push(event);
    if (queue.length >= sliceSize) build();
    start();
  };

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
    }
  };

  return Object.defineProperty(
    Object.assign(listen, {
      attach(to: (event: DecisionsLost) => void) {
        emit = to;
      },
      async close() {
        for (const events of underWay.values()) events.forEach(enqueue);
        underWay.clear();
        closed = true;
        while (writing !== undefined) await writing;
        await handle?.close();
        handle = undefined;
        if (failure !== undefined) throw failure;
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
function warn(file: string, reason: DecisionsLost["reason"]): void {
  globalThis.process?.emitWarning(
    `decisionLog loses decisions (${reason}, ${file}): see its "dropped" and the router's event "decisions-lost"`,
    { type: "SwitchpointWarning", code: "SWITCHPOINT_DECISIONS_LOST" },
  );
}

type Files = Pick<typeof import("node:fs/promises"), "open">;

/** Opens the file for appending; ends a last line that a crash cut short, so that the next line is intact. */
async function openForLines(files: Files, file: string): Promise<FileHandle> {
  const handle = await files.open(file, "a+");
  try {
    const { size } = await handle.stat();
    if (size > 0) {
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
      if (buffer[0] !== 10) await handle.appendFile("\n");
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
