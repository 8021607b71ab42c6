import { RouterError } from "./router-error.ts";

/** Thrown when the router's own limits (`execution.limits`) leave no room on any model. None was called. */
export class LimitExceededError extends RouterError {
  /** Limit that was reached, by model id. */
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
