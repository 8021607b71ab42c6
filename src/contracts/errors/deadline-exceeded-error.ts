import type { Attempt } from "../decision.ts";
import { RouterError } from "./router-error.ts";

/** Thrown when the deadline of a request has passed. */
export class DeadlineExceededError extends RouterError {
  readonly deadlineMs: number;
  /** Calls that were made until then. */
  readonly attempts: readonly Attempt[];
  /** Text that a stream had delivered by then. Non-enumerable. */
  declare partialText: string | undefined;

  constructor(deadlineMs: number, attempts: readonly Attempt[]) {
    super("deadline-exceeded", `no answer within the deadline of ${deadlineMs} ms`);
    this.deadlineMs = deadlineMs;
    this.attempts = attempts;
    Object.defineProperty(this, "partialText", { value: undefined, enumerable: false, writable: true });
  }

  static {
    DeadlineExceededError.prototype.name = "DeadlineExceededError";
  }
}
