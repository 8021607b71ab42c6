import { RouterError } from "./router-error.ts";

/**
 * Thrown for a request that cannot be routed. `problem` says what is wrong and what to do, without text of
 * the request.
 */
export class InvalidRequestError extends RouterError {
  /** Path of the field, for instance `messages[2].role`. */
  readonly field: string;

  constructor(field: string, problem: string) {
    super("invalid-request", `request.${field} ${problem}`);
    this.field = field;
  }

  static {
    InvalidRequestError.prototype.name = "InvalidRequestError";
  }
}
