import { isBesideLine } from "../evals/data/decisions/event-line.ts";
import { readJsonLines } from "../evals/data/outcomes/read-json-lines.ts";
import { type Decision, InvalidOptionError, OutcomeFormatError } from "../src/contracts/index.ts";
import { type DecisionChange, failedSide, isSameSide, type Side, sideOf } from "./decision-side.ts";

export interface DecisionDiffResult {
  /** Number of requests on both sides. */
  readonly compared: number;
  readonly changed: readonly DecisionChange[];
  /** Number of requests without an earlier decision. */
  readonly added: number;
  /** Number of earlier decisions whose request is missing now. */
  readonly removed: number;
}

export interface DecisionDiff {
  /** Adds a decision; returns the change, if any. */
  add(id: string | number, decided: Decision | Error): DecisionChange | undefined;
  /** Returns the differences. Throws `InvalidOptionError` if nothing could be compared. */
  result(): DecisionDiffResult;
}

/**
 * Compares decisions by id with those in a file: earlier output of `switchpoint decide`, or a decision log.
 * Throws `OutcomeFormatError`.
 */
export async function decisionDiff(file: string): Promise<DecisionDiff> {
  const earlier = await readSides(file);
  const seen = new Set<string>();
  const changed: DecisionChange[] = [];
  let added = 0;
  return {
    add(id, decided) {
      const before = earlier.get(String(id));
      if (before === undefined) {
        added += 1;
        return undefined;
      }
      seen.add(String(id));
      const after = decided instanceof Error ? failedSide(decided.message) : sideOf(decided);
      if (isSameSide(before, after)) return undefined;
      const change = { id, before, after };
      changed.push(change);
      return change;
    },
    result() {
      if (seen.size === 0)
        throw new InvalidOptionError(
          "--diff",
          file,
          "a file of decisions about these requests: no id occurs in both",
        );
      return { compared: seen.size, changed, added, removed: earlier.size - seen.size };
    },
  };
}

async function readSides(file: string): Promise<Map<string, Side>> {
  const sides = new Map<string, Side>();
  for await (const { line, value } of readJsonLines(file)) {
    if (isBesideLine(value)) continue;
    const { id, error, ...fields } = (value ?? {}) as Partial<Decision> & { error?: { message?: unknown } };
    if ((typeof id !== "string" && typeof id !== "number") || id === "")
      throw new OutcomeFormatError(file, line, "id", "must be a non-empty string or a number");
    const key = String(id);
    if (sides.has(key)) throw new OutcomeFormatError(file, line, "id", "is used twice: ids must be unique");
    if (typeof fields.model === "string") sides.set(key, sideOf(fields));
    else if (error !== undefined) sides.set(key, failedSide(String(error.message)));
    else throw new OutcomeFormatError(file, line, "model", "must be a string: is this a file of decisions?");
  }
  return sides;
}

export function showSummary({ compared, changed, added, removed }: DecisionDiffResult): string {
  const drawn = changed.filter(({ before, after }) => before.drawn || after.drawn).length;
  const notes = [
    ...(drawn > 0 ? [`${drawn} of the changes come from lotteries and may be chance`] : []),
    ...(added > 0 ? [`${added} requests have no earlier decision`] : []),
    ...(removed > 0 ? [`${removed} earlier decisions have no request`] : []),
  ];
  return [`${changed.length} of ${compared} decisions changed`, ...notes].join("; ");
}
