import type { LogEntry } from "../evals/data/decisions/read-log.ts";
import type { Terminal } from "./io.ts";

/** A query of a log: what it reads, and where it writes. */
export interface LogQuery {
  readonly entries: AsyncIterable<LogEntry>;
  readonly terminal: Terminal;
  readonly json: boolean;
  /** Largest number of entries that are shown. Absent: the default of the query. */
  readonly limit: number | undefined;
}
