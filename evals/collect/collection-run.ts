import { setMaxListeners } from "node:events";
import { dropPromises } from "../../src/plugin/index.ts";
import type { CallBook } from "./call-book.ts";
import { createChanges } from "./changes.ts";
import type { ResolvedCollectOptions } from "./collect-options.ts";
import { createProgress } from "./create-progress.ts";
import { type Halt, nextHalt } from "./halt.ts";
import { type Job, refusalOf } from "./job.ts";
import type { Journal } from "./journal.ts";
import type { JournalEntry } from "./journal-entry.ts";
import type { CollectProgress } from "./progress.ts";
import { createSerial } from "./serial.ts";

/** Shared state of all calls of one run. */
export interface CollectionRun {
  readonly options: ResolvedCollectOptions;
  readonly book: CallBook;
  readonly halted: Halt | undefined;
  halt(reason: Halt): void;
  /** Fires when the run is halted: ends every wait. */
  readonly signal: AbortSignal;
  /** Adds an entry to the book, at once, and to the journal; resolves when it is on disk. */
  record(entry: JournalEntry): Promise<void>;
  /**
   * Records that a call begins, if the most that it can cost fits into `maxCostUsd`, and resolves to true;
   * otherwise halts the run and resolves to false. Waits for calls under way, as they may turn out cheaper.
   */
  begin(entry: Extract<JournalEntry, { type: "begun" | "scoring" }>): Promise<boolean>;
  /** Does work one piece after the other, in the order of the calls. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves at the next entry, or when the run is halted. */
  changed(): Promise<void>;
  /** Returns the reason why a model may not have a record; undefined if it may. */
  refusalOf(job: Job): Promise<string | undefined>;
  /** Counts of calls that have failed for good in this run, by kind. */
  readonly errors: Readonly<Record<string, number>>;
  countError(kind: string): void;
  report(batches?: CollectProgress["batches"]): void;
}

export interface RunParts {
  readonly options: ResolvedCollectOptions;
  readonly book: CallBook;
  readonly journal: Journal;
  readonly jobs: readonly Job[];
}

export function createCollectionRun({ options, book, journal, jobs }: RunParts): CollectionRun {
  const { monotonic, router, maxCostUsd = Number.POSITIVE_INFINITY, onProgress } = options;
  const progressOf = createProgress(jobs, book, monotonic);
  const changes = createChanges();
  const errors: Record<string, number> = {};
  const stop = new AbortController();
  // Each waiting call listens.
  setMaxListeners(0, stop.signal);
  let halted: Halt | undefined;

  const halt = (reason: Halt): void => {
    halted = nextHalt(halted, reason);
    stop.abort();
    changes.announce();
  };
  const record = async (entry: JournalEntry): Promise<void> => {
    book.apply(entry);
    changes.announce();
    try {
      await journal.append(entry);
    } catch (error) {
      halt({ why: "error", error });
      throw error;
    }
  };
  return {
    options,
    book,
    get halted() {
      return halted;
    },
    halt,
    signal: stop.signal,
    record,
    async begin(entry) {
      // There may be no money left for a call, but still some for a score.
      const goesOn = (): boolean =>
        halted === undefined || (halted.why === "max-cost" && entry.type === "scoring");
      while (goesOn()) {
        if (book.committedUsd + (entry.atMostUsd ?? 0) <= maxCostUsd) {
          // At once: no other call may take the same money.
          await record(entry);
          return true;
        }
        if (book.underWay === 0) break;
        await changes.next();
      }
      halt(halted ?? { why: "max-cost" });
      return false;
    },
    alone: createSerial(),
    changed: changes.next,
    refusalOf: (job) => refusalOf(router, job),
    errors,
    countError(kind) {
      errors[kind] = (errors[kind] ?? 0) + 1;
    },
    report(batches) {
      dropPromises(onProgress?.(progressOf(errors, batches)));
    },
  };
}
