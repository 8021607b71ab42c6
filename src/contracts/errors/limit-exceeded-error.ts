import { RouterError } from "./router-error.ts";

/** The router's own limits (`execution.limits`) leave no model room for the request: none was called. */
export class LimitExceededError extends RouterError {
  /** Each model's id and which limit it is. */
  readonly reasons: Readonly<Record<string, string>>;

  constructor(reasons: Readonly<Record<string, string>>) {
    const list = Object.entries(reasons).map(([id, reason]) => `${id}: ${reason}`);
    super("limit-exceeded", `no model has room for this request (${list.join("; ")})`);
    this.reasons = reasons;
  }

  static {
    LimitExceededError.prototype.name = "LimitExceededError";
  }
}
