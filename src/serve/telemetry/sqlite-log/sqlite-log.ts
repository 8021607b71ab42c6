import type { StateLines } from "../../../contracts/ports/index.ts";
import { checkKeys, checkNumber, checkText } from "../../../plugin/index.ts";
import { createIntake, type DecisionLog } from "../../../router/log/intake.ts";
import { type LineOptions, type LogLine, lineMaker, lineOptionNames } from "../../../router/log/log-line.ts";
import { rowWriter } from "./row-writer.ts";

export interface SqliteLogOptions extends LineOptions {
  /** File, created if it does not exist. All processes that write to it run on one machine. */
  readonly file: string;
  /** Maximum number of decisions waiting to be written, as of `decisionLog`. Default 100,000. */
  readonly maxQueued?: number | undefined;
  /** Size of the file from which the oldest lines are removed, in bytes, at least 1,000,000. Default 1,000,000,000. */
  readonly maxBytes?: number | undefined;
  /** Lines are removed once they have this age, in milliseconds, at least 1,000. Default: never. */
  readonly keepMs?: number | undefined;
  /**
   * Promises, rollouts and the drift monitor whose states are written as lines of their own: when they change, at most
   * twice a minute. Default: their events alone.
   */
  readonly loop?: StateLines | undefined;
}

/** Rows of a transaction: of a hundred, each takes twice as long. Passing them to their thread takes about a millisecond. */
const batch = { lines: 500, characters: 1_000_000 };

/**
 * Creates a log that writes the lines of `decisionLog` to a SQLite file, with an index by id, time, tenant, session and
 * hash of the prompt. It never fails a request; a thread of its own writes, 500 lines at a time, so that requests wait for
 * no disk. A process that is killed loses what waits and the lines that are being written. What is too
 * old or too much is removed once a minute. Queue, losses and their reports are those of `decisionLog`; so is a file that
 * cannot be opened, and a Node.js without SQLite. Throws `InvalidOptionError`.
 */
export function sqliteLog(options: SqliteLogOptions): DecisionLog {
  checkKeys("sqliteLog", options, ["file", "maxQueued", "maxBytes", "keepMs", "loop", ...lineOptionNames]);
  const { file, maxQueued = 100_000, maxBytes = 1_000_000_000, keepMs = Number.POSITIVE_INFINITY } = options;
  checkText("sqliteLog.file", file);
  checkNumber("sqliteLog.maxQueued", maxQueued, { min: 1, integer: true });
  checkNumber("sqliteLog.maxBytes", maxBytes, { min: 1_000_000 });
  if (options.keepMs !== undefined) checkNumber("sqliteLog.keepMs", keepMs, { min: 1_000 });
  return createIntake<LogLine>({
    owner: "sqliteLog",
    file,
    maxQueued,
    loop: options.loop,
    lineOf: lineMaker("sqliteLog", options),
    lengthOf: (line) => line.text.length,
    writer: rowWriter(file, { maxBytes, keepMs }),
    batch,
  });
}
