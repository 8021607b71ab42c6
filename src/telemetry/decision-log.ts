import { type FileHandle, open } from "node:fs/promises";
import { type EventSink, InvalidOptionError, type RouterEvent } from "../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../plugin/index.ts";
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
   * Maximum number of decisions waiting to be written; further ones are dropped and counted. Default
   * 10,000.
   */
  readonly maxQueued?: number | undefined;
}

/** An event listener that writes decisions to a file. */
export interface DecisionLog extends EventSink {
  /** Writes the queued decisions and closes the file. Rejects with the first write error, if any. */
  close(): Promise<void>;
  /** Number of lost decisions: the queue was full, or writing failed. */
  readonly dropped: number;
}

type Ended = Extract<RouterEvent, { type: "request-completed" | "request-failed" }>;

/** Number of lines that are built and written at a time, so that the event loop can run in between. */
const batchSize = 100;

/**
 * Creates a log that writes one JSON line for each decided request: the decision with its attempts, usage,
 * cost and error. It never blocks or fails a request. Pass it as `onEvent`; `router.close()` flushes it.
 */
export function decisionLog(options: DecisionLogOptions): DecisionLog {
  checkKeys("decisionLog", options, ["file", "prompts", "hashKey", "maxQueued"]);
  const { file, prompts = false, hashKey = nodeCrypto().randomBytes(32), maxQueued = 10_000 } = options;
  checkText("decisionLog.file", file);
  checkNumber("decisionLog.maxQueued", maxQueued, { min: 1, integer: true });
  if (hashKey === "") throw new InvalidOptionError("decisionLog.hashKey", hashKey, "a non-empty string");
  const queue: Ended[] = [];
  let handle: FileHandle | undefined;
  let writing: Promise<void> | undefined;
  let failure: unknown;
  let dropped = 0;
  let closed = false;

  const lineOf = (event: Ended): string => {
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
   * Builds the lines of a batch. A decision that cannot be written, for instance because a signal is not a
   * number, does not affect the others.
   */
  const linesOf = (batch: readonly Ended[]): string[] => {
    const lines: string[] = [];
    for (const event of batch) {
      try {
        lines.push(lineOf(event));
      } catch (error) {
        failure ??= error;
        dropped += 1;
      }
    }
    return lines;
  };

  const write = async () => {
    handle ??= await openForLines(file);
    while (queue.length > 0) {
      const batch = queue.splice(0, batchSize);
      const lines = linesOf(batch);
      try {
        await handle.appendFile(lines.join(""), "utf8");
      } catch (error) {
        dropped += lines.length;
        throw error;
      }
    }
  };

  const start = () => {
    writing ??= write()
      .catch((error) => {
        failure ??= error;
        dropped += queue.length;
        queue.length = 0;
      })
      .finally(() => {
        writing = undefined;
      });
  };

  const listen = (event: RouterEvent): void => {
    if (event.type !== "request-completed" && event.type !== "request-failed") return;
    if (event.decision === undefined) return;
    if (closed || queue.length >= maxQueued) {
      dropped += 1;
      return;
    }
    queue.push(event);
    start();
  };

  return Object.defineProperty(
    Object.assign(listen, {
      async close() {
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

/** Opens the file for appending; ends a last line that a crash cut short, so that the next line is intact. */
async function openForLines(file: string): Promise<FileHandle> {
  const handle = await open(file, "a+");
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
