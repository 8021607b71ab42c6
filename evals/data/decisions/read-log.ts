import { isRouterError, OutcomeFormatError } from "../../../src/contracts/index.ts";
import { readRows } from "../../../src/serve/telemetry/sqlite-log/read-rows.ts";
import type { RowFilter } from "../../../src/serve/telemetry/sqlite-log/row-filter.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { isAttemptLine } from "./attempt-line.ts";
import { type DecisionLine, parseDecisionLine } from "./decision-line.ts";
import { isBesideLine } from "./event-line.ts";
import type { LogFile } from "./log-files.ts";

/** A decision of a log, with its place. */
export interface LogEntry {
  readonly file: string;
  /** Line counted from 1; in a SQLite file the number of the row that was read. */
  readonly line: number;
  readonly decision: DecisionLine;
}

export interface ReadLogOptions {
  /** Condition that decisions must fit. */
  readonly filter: RowFilter;
  /** Called with each line that a crash has cut short; it is left out. */
  readonly onBroken: (file: string, line: number) => void;
}

/**
 * Streams the decisions of a log in the order of its files. Memory is bounded by the longest line. Throws
 * `OutcomeFormatError`, which names file, line and field.
 */
export async function* readLog(
  files: readonly LogFile[],
  { filter, onBroken }: ReadLogOptions,
): AsyncGenerator<LogEntry, void, void> {
  for (const { path, kind } of files) {
    const lines =
      kind === "sqlite"
        ? readRowValues(path, filter)
        : readJsonLines(path, { onBroken: (line) => onBroken(path, line) });
    for await (const { line, value } of lines) {
      if (isBesideLine(value)) continue;
      const decision = parseDecisionLine(value, (field, problem) => {
        throw new OutcomeFormatError(path, line, field, problem);
      });
      if (fits(decision, filter)) yield { file: path, line, decision };
    }
  }
}

/** Streams the lines of calls that belong to a decision and stand in lines of their own. */
export async function* readAttemptLines(
  files: readonly LogFile[],
  id: string,
): AsyncGenerator<
  { readonly file: string; readonly line: number; readonly value: AttemptFields },
  void,
  void
> {
  for (const { path, kind } of files) {
    const lines =
      kind === "sqlite" ? readRowValues(path, { ids: [id] }) : readJsonLines(path, { onBroken: () => {} });
    for await (const { line, value } of lines)
      if (isAttemptLine(value) && value["decisionId"] === id) yield { file: path, line, value };
  }
}

type AttemptFields = Readonly<Record<string, unknown>>;

async function* readRowValues(file: string, filter: RowFilter) {
  let line = 0;
  try {
    for await (const text of readRows(file, filter)) {
      line += 1;
      yield { line, value: parsed(file, line, text) };
    }
  } catch (error) {
    if (isRouterError(error)) throw error;
    const problem = error instanceof Error ? error.message : "unknown error";
    throw new OutcomeFormatError(file, 0, "file", `cannot be read (${problem})`);
  }
}

function parsed(file: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw new OutcomeFormatError(file, line, "line", "is not JSON");
  }
}

function fits(decision: DecisionLine, filter: RowFilter): boolean {
  const { ids, tenants, sessions, promptHashes, since, until } = filter;
  const { tenant, session } = decision.request;
  if (!isIn(ids, decision.id) || !isIn(tenants, tenant) || !isIn(sessions, session)) return false;
  if (!isIn(promptHashes, decision.promptHash)) return false;
  if (since === undefined && until === undefined) return true;
  const at = Date.parse(decision.at);
  return at >= (since ?? Number.NEGATIVE_INFINITY) && at < (until ?? Number.POSITIVE_INFINITY);
}

function isIn(list: readonly string[] | undefined, value: unknown): boolean {
  return list === undefined || (typeof value === "string" && list.includes(value));
}
