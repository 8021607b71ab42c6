import type { Attempt } from "../decision.ts";
import { RouterError } from "./router-error.ts";

/** A place of an answer that does not fit its schema. */
export interface OutputIssue {
  /** Keys that lead there. Keys that the schema does not name are `*`: the model chose them. */
  readonly path: readonly (string | number)[];
  /** Words of the schema's library, which may quote the answer. Non-enumerable. */
  readonly message: string;
}

/** Reason why an answer did not validate. `issues`: the schema named places. */
export type OutputProblem = "issues" | "not-json" | "too-large" | "refused" | "no-verdict";

const words: Readonly<Record<OutputProblem, string>> = {
  issues: "it does not fit the schema",
  "not-json": "it is not JSON",
  "too-large": "it is too long, or nested too deeply",
  refused: "the model refused",
  "no-verdict": "the schema gave no verdict",
};

const mostShown = 8;

/** Thrown when no answer to a request with `output` validates. */
export class InvalidOutputError extends RouterError {
  /** Reason why the last answer did not validate. */
  readonly problem: OutputProblem;
  /** Places of the last answer that do not fit, at most 20. Empty unless `problem` is `issues`. */
  readonly issues: readonly OutputIssue[];
  /** All calls that were made. */
  readonly attempts: readonly Attempt[];
  /** Text of the last answer, at most 20,000 characters. Non-enumerable. */
  declare readonly text: string;

  constructor(
    problem: OutputProblem,
    issues: readonly OutputIssue[],
    attempts: readonly Attempt[],
    text: string,
    options?: ErrorOptions,
  ) {
    super(
      "invalid-output",
      `no answer validates; the last one: ${words[problem]}${placesOf(issues)}`,
      options,
    );
    this.problem = problem;
    this.issues = issues;
    this.attempts = attempts;
    Object.defineProperty(this, "text", { value: text, enumerable: false });
  }

  static {
    InvalidOutputError.prototype.name = "InvalidOutputError";
  }
}

/** Returns the paths of issues as text, without those that are listed already. */
function placesOf(issues: readonly OutputIssue[]): string {
  const paths = [...new Set(issues.map(({ path }) => (path.length === 0 ? "/" : `/${path.join("/")}`)))];
  if (paths.length === 0) return "";
  const more = paths.length > mostShown ? `, and ${paths.length - mostShown} more` : "";
  return ` at ${paths.slice(0, mostShown).join(", ")}${more}`;
}
