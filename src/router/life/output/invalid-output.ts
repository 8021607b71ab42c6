import {
  type Attempt,
  type Completion,
  InvalidOutputError,
  type OutputIssue,
} from "../../../contracts/index.ts";
import type { OutputReading } from "../../call/index.ts";

/** Returns what the schema made of the final answer. Throws `InvalidOutputError` if it does not validate. */
export function validOutput(
  reading: OutputReading,
  names: ReadonlySet<string>,
  answer: Completion,
  attempts: readonly Attempt[],
): unknown {
  const read = reading.readOf(answer);
  if (read.accepted) return read.value;
  const issues = read.issues.map((issue) => shownIssue(issue, names));
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
