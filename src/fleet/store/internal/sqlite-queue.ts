import { StoreError } from "../../../contracts/index.ts";
import { wait } from "../../../plugin/wait.ts";
import { afterTurn } from "./after-turn.ts";
import { isBusy, type Sqlite } from "./open-sqlite.ts";
import { transaction } from "./sqlite-transaction.ts";

/** Calls in a transaction at most: it holds up this thread and other processes for some 50 µs a call. */
const mostCalls = 128;

export interface SqliteQueueOptions {
  readonly database: Sqlite;
  /** Milliseconds that a call waits while other processes hold the file. */
  readonly busyTimeoutMs: number;
  /** Makes an error of the store of one of the database. */
  readonly failed: (cause: unknown) => unknown;
}

interface Waiting {
  readonly work: () => unknown;
  readonly until: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Calls that wait for a SQLite file. Those that wait when it is free are one transaction, in the order in which they came: a
 * flush to the disk costs as much as a hundred of them. And none overtakes another, so that what this process wants to
 * settle is settled before it reserves more, however long the file is locked.
 */
export class SqliteQueue {
  readonly #options: SqliteQueueOptions;
  #waiting: Waiting[] = [];
  #isRunning = false;
  #closed = false;

  constructor(options: SqliteQueueOptions) {
    this.#options = options;
  }

  /** Runs work inside a transaction. Rejects with `StoreError`, and then nothing of it was written. */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(this.#isClosed());
    return new Promise((resolve, reject) => {
      const until = performance.now() + this.#options.busyTimeoutMs;
      this.#waiting.push({ work, until, resolve: resolve as (value: unknown) => void, reject });
      if (this.#isRunning) return;
      this.#isRunning = true;
      afterTurn(() => void this.#runAll());
    });
  }

  /** Rejects all that waits. */
  close(): void {
    this.#closed = true;
    const rest = this.#waiting;
    this.#waiting = [];
    for (const { reject } of rest) reject(this.#isClosed());
  }

  async #runAll(): Promise<void> {
    for (let busy = 0; this.#waiting.length > 0; ) {
      if (this.#runSome()) {
        busy = 0;
        // Other work of this process has its turn, and what the answers begin joins the next transaction.
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      busy += 1;
      await wait(1 + Math.random() * Math.min(20, 2 ** busy), undefined);
      this.#rejectLate();
    }
    this.#isRunning = false;
  }

  /** Returns false if the file is locked. */
  #runSome(): boolean {
    const calls = this.#waiting.slice(0, mostCalls);
    let outcomes: readonly Outcome[];
    try {
      outcomes = transaction(this.#options.database, () => calls.map(({ work }) => ({ value: work() })));
    } catch (error) {
      if (isBusy(error)) return false;
      // A row that cannot be read concerns the call that reads it, and no other.
      if (calls.length > 1) return this.#runEach(calls);
      outcomes = [{ error: this.#options.failed(error) }];
    }
    this.#answer(calls, outcomes);
    return true;
  }

  #runEach(calls: readonly Waiting[]): boolean {
    for (const call of calls) {
      let outcome: Outcome;
      try {
        outcome = { value: transaction(this.#options.database, call.work) };
      } catch (error) {
        if (isBusy(error)) return false;
        outcome = { error: this.#options.failed(error) };
      }
      this.#answer([call], [outcome]);
    }
    return true;
  }

  #answer(calls: readonly Waiting[], outcomes: readonly Outcome[]): void {
    this.#waiting.splice(0, calls.length);
    calls.forEach(({ resolve, reject }, at) => {
      const outcome = outcomes[at] as Outcome;
      if ("value" in outcome) resolve(outcome.value);
      else reject(outcome.error);
    });
  }

  #rejectLate(): void {
    const now = performance.now();
    const { busyTimeoutMs } = this.#options;
    this.#waiting = this.#waiting.filter(({ until, reject }) => {
      if (now < until) return true;
      reject(new StoreError("sqlite", "busy", `was locked by other processes for ${busyTimeoutMs} ms`));
      return false;
    });
  }

  #isClosed(): StoreError {
    return new StoreError("sqlite", "failed", "is closed");
  }
}
