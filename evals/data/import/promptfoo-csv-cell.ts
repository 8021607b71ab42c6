/** Result of one prompt for one test, as a table says it. */
export interface PromptfooCsvCell {
  readonly status: "PASS" | "FAIL" | "ERROR";
  /** Absent if the table has none, or promptfoo wrote `undefined`. */
  readonly score?: number | undefined;
  readonly answer: string;
}

/** Longest first line of a cell that is looked at: names of scores are in it. */
const longestHead = 10_000;

/** True if a text begins as a cell of results does. */
export function isPromptfooCsvCell(cell: string): boolean {
  return /^\[(?:PASS|FAIL|ERROR)\](?: |$)/.test(cell.slice(0, 10));
}

/**
 * Reads `[PASS] (0.50, fluent: 1.00)`, an empty line, the answer, an empty line, `Pass Reason: …`. An answer may
 * itself hold such words: only the beginning of a cell tells its score, and the last reason ends the answer.
 * Undefined if the text is another.
 */
export function promptfooCsvCell(cell: string): PromptfooCsvCell | undefined {
  const text = cell.trim();
  const lineEnd = text.indexOf("\n");
  const head = (lineEnd < 0 ? text : text.slice(0, lineEnd)).trimEnd();
  if (head.length > longestHead) return undefined;
  const [, status, number] = /^\[(PASS|FAIL|ERROR)\] \(([^\s,()]{1,40})(?:, .*)?\)$/.exec(head) ?? [];
  if (!isStatus(status)) return undefined;
  const score = scoreOf(number ?? "");
  if (score === null) return undefined;
  const rest = lineEnd < 0 ? "" : text.slice(lineEnd + 1);
  const [answer, reason] = splitReason(rest, status === "PASS" ? "Pass Reason:" : "Fail Reason:");
  // Older versions did not tell errors from failures: a failure without a reason was never graded.
  const isError = status === "FAIL" && reason === undefined && /^(?:API (?:call )?error|Error:)/.test(answer);
  return { status: isError ? "ERROR" : status, score, answer: withoutReasons(status, answer, reason) };
}

/** Reads `[PASS] answer`, as the web viewer once wrote it: without a score, with the reason in a column of its own. */
export function promptfooViewerCell(cell: string): PromptfooCsvCell | undefined {
  const [whole = "", status] = /^\[(PASS|FAIL|ERROR)\](?: |$)/.exec(cell.slice(0, 10)) ?? [];
  return isStatus(status) ? { status, answer: cell.slice(whole.length) } : undefined;
}

export function isStatus(status: string | undefined): status is PromptfooCsvCell["status"] {
  return status === "PASS" || status === "FAIL" || status === "ERROR";
}

/** Returns the number of a score, undefined for none, null if the text is neither. */
export function scoreOf(text: string): number | undefined | null {
  if (text === "" || text === "undefined" || text === "NaN") return undefined;
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
}

/** Splits at the last reason that begins a paragraph. Linear. */
function splitReason(rest: string, word: string): readonly [string, string | undefined] {
  for (let at = rest.lastIndexOf(word); at >= 0; at = at === 0 ? -1 : rest.lastIndexOf(word, at - 1)) {
    let start = at;
    while (rest[start - 1] === " " || rest[start - 1] === "\t") start -= 1;
    const before = rest.slice(Math.max(0, start - 4), start);
    if (start === 0 || /\n\r?\n$/.test(before))
      return [rest.slice(0, start).trim(), rest.slice(at + word.length).trim()];
  }
  return [rest.trim(), undefined];
}

/** Removes the reasons that older versions wrote before a failed answer: `reason`, `---`, the answer. */
function withoutReasons(status: string, answer: string, reason: string | undefined): string {
  if (status !== "FAIL" || reason === undefined || reason === "" || !answer.startsWith(reason)) return answer;
  const rule = answer.indexOf("\n---\n", reason.length);
  return rule < 0 ? answer : answer.slice(rule + 5).trim();
}
