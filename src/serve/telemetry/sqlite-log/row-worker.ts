import { nodeBuiltin } from "../../../plugin/node-builtin.ts";
import { addRow, addRowAgain } from "./add-row.ts";
import type { Row } from "./row-of.ts";

/** A thread that adds rows to a log, so that this one waits for no disk. */
export interface RowWorker {
  /** False for one that does not answer and cannot be ended, as where a disk hangs: another would hang, too. */
  readonly hasEnded: boolean;
  /**
   * Adds rows in one transaction: all or none. Rejects if it cannot, or if it is not known whether it has. With `isAgain`
   * it adds those alone that are not there, which takes half as long again.
   */
  add(rows: readonly Row[], isAgain?: boolean): Promise<void>;
  close(): Promise<void>;
}

/** Time after which a thread that does not answer is ended, in milliseconds: a disk may hang. */
const patienceMs = 30_000;
/** Time for which the thread waits for other processes that hold the file, in milliseconds. */
const busyMs = 1_000;

/**
 * The program of the thread, as text: a file of its own would be lost where an application bundles this package. The
 * file of the log has its tables by then.
 */
const program = `
const builtin = (name) => globalThis.process.getBuiltinModule(name);
const { parentPort, workerData } = builtin("node:worker_threads");
const { file, from, isBuiltIn, pragmas, addRow, addRowAgain } = workerData;
let open;
const openOnce = () => {
  if (open !== undefined) return open;
  const Database = isBuiltIn
    ? builtin("node:sqlite").DatabaseSync
    : builtin("node:module").createRequire(from)("better-sqlite3");
  const database = new Database(file);
  try {
    database.exec(pragmas);
    open = { database, insert: database.prepare(addRow), insertAgain: database.prepare(addRowAgain) };
  } catch (error) {
    database.close();
    throw error;
  }
  return open;
};
const add = ({ rows, isAgain }) => {
  const { database, insert, insertAgain } = openOnce();
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const row of rows) (isAgain ? insertAgain : insert).run(...row);
    database.exec("COMMIT");
  } catch (error) {
    try { database.exec("ROLLBACK"); } catch {}
    throw error;
  }
};
parentPort.on("message", (asked) => {
  try {
    if (asked === undefined) {
      open?.database.close();
      open = undefined;
    } else add(asked);
    parentPort.postMessage(undefined);
  } catch (error) {
    const { message, code, errcode } = error;
    parentPort.postMessage({ message: String(message), code, errcode });
  }
});
`;

/** Starts a thread for a file. Undefined where there are none: rows are then added by this one. */
export function startRowWorker(file: string): RowWorker | undefined {
  const threads = nodeBuiltin("node:worker_threads");
  // What is in memory belongs to its connection.
  if (threads === undefined || file === ":memory:") return undefined;
  const pragmas = `PRAGMA busy_timeout = ${busyMs}; PRAGMA secure_delete = ON; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216;`;
  const isBuiltIn = nodeBuiltin("node:sqlite") !== undefined;
  const workerData = { file, from: import.meta.url, isBuiltIn, pragmas, addRow, addRowAgain };
  let worker: InstanceType<typeof threads.Worker>;
  try {
    // What this process loads first is not needed there, and it has told its warnings.
    worker = new threads.Worker(program, { eval: true, workerData, execArgv: ["--no-warnings"] });
  } catch {
    return undefined;
  }
  let settle: ((error: unknown) => void) | undefined;
  let ended: unknown;
  let isOver = false;
  worker.on("message", (told?: { readonly message: string }) =>
    settle?.(told && Object.assign(new Error(told.message), told)),
  );
  worker.on("error", (error) => {
    isOver = true;
    ended = error;
    settle?.(error);
  });
  worker.on("exit", (code) => {
    isOver = true;
    ended ??= new Error(`the thread of the log has ended with ${code}`);
    settle?.(ended);
  });
  // The process may end while nothing is to be written.
  worker.unref();

  const ask = (
    asked: { readonly rows: readonly Row[]; readonly isAgain: boolean } | undefined,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      // First: it throws for what cannot be passed on.
      worker.postMessage(asked);
      const timer = setTimeout(() => {
        const text = `the thread of the log has not answered for ${patienceMs / 1_000} s`;
        ended = Object.assign(new Error(text), { code: "ETIMEDOUT" });
        settle?.(ended);
        void worker.terminate();
      }, patienceMs);
      worker.ref();
      settle = (error) => {
        settle = undefined;
        clearTimeout(timer);
        worker.unref();
        if (error === undefined) resolve();
        else reject(error);
      };
    });
  return {
    get hasEnded() {
      return isOver;
    },
    add: (rows, isAgain = false) => ask({ rows, isAgain }),
    async close() {
      // A write that hangs was waited for: asked as well, the thread would have the process wait for both.
      if (settle === undefined) await ask(undefined).catch(() => {});
      else settle(new Error("the log was closed while its thread wrote"));
      await worker.terminate();
    },
  };
}
