import type { DecisionsLost } from "../../contracts/index.ts";
import type { Logged } from "./log-line.ts";
import { createPause } from "./pause.ts";

/** The part of some lines that was written: the first `written` of them, and all if there is no error. */
export interface Written {
  readonly written: number;
  readonly error?: unknown;
}

/** A destination of lines. */
export interface LineWriter {
  /** Writes lines in order. Never rejects. */
  write(lines: readonly string[]): Promise<Written>;
  close(): Promise<void>;
}

export interface QueueOptions {
  readonly maxQueued: number;
  /** Makes the line of an event; may throw. */
  readonly lineOf: (event: Logged) => string;
  readonly writer: LineWriter;
  /** Largest number and length of lines that are written at once. */
  readonly batch: { readonly lines: number; readonly characters: number };
  readonly lose: (count: number, reason: DecisionsLost["reason"]) => void;
}

export interface LineQueue {
  add(event: Logged): void;
  /** Writes what waits, as long as a write ends within ten seconds. Rejects with the first error that lost lines. */
  close(): Promise<void>;
}

/** Time for which lines are collected, in milliseconds: each write costs as much as some ten lines. */
const collectMs = 5;
/** Number of waiting lines that are written at once. */
const enough = 500;
/** Largest length of all waiting lines, in characters. */
const longestQueue = 128_000_000;
/** Time for which lines wait for a disk that refuses them, and at the end for one that does not answer. */
const patienceMs = 10_000;

/** A bounded queue of lines, written in batches every 5 ms. A writer that fails is asked again. */
export function lineQueue(options: QueueOptions): LineQueue {
  const { maxQueued, lineOf, writer, batch, lose } = options;
  let lines: string[] = [];
  /** Number of lines at the beginning of `lines` that are written: they are removed together. */
  let done = 0;
  let characters = 0;
  let writing: Promise<void> | undefined;
  let failure: unknown;
  let collected: (() => void) | undefined;
  let closed = false;
  /** Writes that have ended. */
  let ended = 0;
  let isGivenUp = false;
  const pause = createPause();

  const waiting = (): number => lines.length - done;

  const take = (): string[] => {
    let end = done;
    let length = 0;
    while (end < lines.length && end - done < batch.lines && length < batch.characters) {
      length += (lines[end] as string).length;
      end += 1;
    }
    return lines.slice(done, end);
  };

  const remove = (written: readonly string[]): void => {
    for (const line of written) characters -= line.length;
    done += written.length;
    // Moved rarely: each time would be quadratic in a long queue.
    if (done < 1_000 && done < lines.length) return;
    lines = lines.slice(done);
    done = 0;
  };

  const dropAll = (error: unknown): void => {
    failure ??= error;
    lose(waiting(), "write-failed");
    lines = [];
    done = 0;
    characters = 0;
  };

  /** Waits a little for more lines, unless many are there or the log closes. */
  const collect = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, collectMs);
      collected = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const run = async (): Promise<void> => {
    let failingSince: number | undefined;
    if (!closed && waiting() < enough) await collect();
    while (waiting() > 0) {
      const taken = take();
      const { written, error } = await writer.write(taken).catch((error) => ({ written: 0, error }));
      ended += 1;
      if (isGivenUp) return;
      remove(taken.slice(0, written));
      if (error === undefined || written > 0) {
        failingSince = undefined;
        pause.reset();
      }
      if (error === undefined) continue;
      failingSince ??= performance.now();
      // Given up: what comes later waits again, and is tried at the longest intervals.
      if (closed || performance.now() - failingSince >= patienceMs) dropAll(error);
      if (!closed) await pause.wait();
    }
  };
  const start = (): void => {
    writing ??= run().finally(() => {
      writing = undefined;
      if (waiting() > 0) start();
    });
  };

  /** Waits for a run. False if a write of it hangs, as of a disk that is gone, or of a pipe that is not read. */
  const ends = async (running: Promise<void>): Promise<boolean> => {
    for (;;) {
      const before = ended;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), patienceMs);
      });
      const isOver = await Promise.race([running.then(() => true), late]);
      clearTimeout(timer);
      if (isOver || ended === before) return isOver;
    }
  };

  return {
    add(event) {
      if (closed || waiting() >= maxQueued || characters >= longestQueue) {
        lose(1, closed ? "closed" : "queue-full");
        return;
      }
      let line: string;
      try {
        // At once: what the event holds may change when its listener has returned.
        line = lineOf(event);
      } catch (error) {
        // For instance because a cost is a bigint. It does not affect the others.
        failure ??= error;
        lose(1, "not-json");
        return;
      }
      lines.push(line);
      characters += line.length;
      if (waiting() >= enough) collected?.();
      if (writing === undefined) start();
    },
    async close() {
      closed = true;
      pause.end();
      collected?.();
      while (writing !== undefined && !isGivenUp) isGivenUp = !(await ends(writing));
      if (isGivenUp) {
        dropAll(
          Object.assign(new Error(`a write has not ended for ${patienceMs / 1_000} s`), {
            code: "ETIMEDOUT",
          }),
        );
        // It would wait for that write.
        void writer.close().catch(() => {});
      } else await writer.close();
      if (failure !== undefined) throw failure;
    },
  };
}
