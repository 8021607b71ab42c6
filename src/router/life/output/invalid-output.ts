import {
  type Attempt,
  type Completion,
  InvalidOutputError,
  type OutputIssue,
} from "../../../contracts/index.ts";
import { type AskedOutput, readingOf } from "./output-reading.ts";

/** Returns what the schema made of the final answer. Throws `InvalidOutputError` if it does not validate. */
export function validOutput(output: AskedOutput, answer: Completion, attempts: readonly Attempt[]): unknown {
  const read = readingOf(output).readOf(answer);
  if (read.accepted) return read.value;
  const issues = read.issues.map((issue) => shownIssue(issue, output.asked.names));
  throw new InvalidOutputError(read.problem, issues, attempts, read.text);
}

/** Returns an issue whose path holds no word of the model's; what may quote it is hidden from loggers. */
function shownIssue({ path, message }: OutputIssue, names: ReadonlySet<string>): OutputIssue {
  const keys = path.map((key) => (typeof key === "number" || names.has(key) ? key : "*"));
  return Object.defineProperty({ path: keys } as { path: typeof keys; message: string }, "message", {
    value: message,
    enumerable: false,
  });
}
