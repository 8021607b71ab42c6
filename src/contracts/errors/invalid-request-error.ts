import { RouterError } from "./router-error.ts";

/**
 * Thrown for a request that cannot be routed. `problem` says what is wrong and what to do, without text of
 * the request.
 */
export class InvalidRequestError extends RouterError {
  /** Path of the field, for instance `messages[2].role`; "" if the request cannot be read at all. */
  readonly field: string;
  /** Description of what is wrong with the field. */
  readonly problem: string;

  constructor(field: string, problem: string, options?: ErrorOptions) {
    super("invalid-request", `request${field === "" ? "" : `.${field}`} ${problem}`, options);
    this.field = field;
    this.problem = problem;
  }

  static {
    InvalidRequestError.prototype.name = "InvalidRequestError";
  }
}
