import { OutcomeFormatError } from "../../../src/contracts/index.ts";
import { readJsonLines } from "../outcomes/read-json-lines.ts";
import { isAttemptLine } from "./attempt-line.ts";
import { type DecisionLine, parseDecisionLine } from "./decision-line.ts";
import { isBesideLine } from "./event-line.ts";

/** A decision of a log, with its place. */
export interface LogEntry {
  readonly file: string;
  /** Line counted from 1. */
  readonly line: number;
  readonly decision: DecisionLine;
}

/** Condition that decisions must fit; each absent part fits all. Lists: one of these values. */
export interface DecisionFilter {
  readonly ids?: readonly string[] | undefined;
  readonly tenants?: readonly string[] | undefined;
  readonly sessions?: readonly string[] | undefined;
  readonly promptHashes?: readonly string[] | undefined;
  /** Milliseconds since the epoch, inclusive and exclusive. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface ReadLogOptions {
  readonly filter: DecisionFilter;
  /** Called with each line that a crash has cut short; it is left out. */
  readonly onBroken: (file: string, line: number) => void;
}

/**
 * Streams the decisions of a log in the order of its files. Memory is bounded by the longest line. Throws
 * `OutcomeFormatError`, which names file, line and field.
 */
export async function* readLog(
  files: readonly string[],
  { filter, onBroken }: ReadLogOptions,
): AsyncGenerator<LogEntry, void, void> {
  for (const path of files) {
    for await (const { line, value } of readJsonLines(path, { onBroken: (at) => onBroken(path, at) })) {
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
  files: readonly string[],
  id: string,
): AsyncGenerator<
  { readonly file: string; readonly line: number; readonly value: AttemptFields },
  void,
  void
> {
  for (const path of files)
    for await (const { line, value } of readJsonLines(path, { onBroken: () => {} }))
      if (isAttemptLine(value) && value["decisionId"] === id) yield { file: path, line, value };
}

type AttemptFields = Readonly<Record<string, unknown>>;

function fits(decision: DecisionLine, filter: DecisionFilter): boolean {
  const { ids, tenants, sessions, promptHashes, since, until } = filter;
  const { tenant, session } = decision.request;
  if (!isIn(ids, decision.id) || !isIn(tenants, tenant) || !isIn(sessions, session)) return false;
  if (!isIn(promptHashes, decision.promptHash)) return false;
  if (since === undefined && until === undefined) return true;
  const at = Date.parse(decision.at);
  return at >= (since ?? Number.NEGATIVE_INFINITY) && at < (until ?? Number.POSITIVE_INFINITY);
}

/** True if there is no list, or the value is a text on it. */
export function isIn(list: readonly string[] | undefined, value: unknown): boolean {
  return list === undefined || (typeof value === "string" && list.includes(value));
}
