import { RouterError } from "./router-error.ts";

/**
 * Thrown when no model may be called now, because of the router's own limits (`execution.limits`) or because
 * its provider has asked for a pause. None was called.
 */
export class LimitExceededError extends RouterError {
  /** Limit that was reached, by model id. */
  readonly reasons: Readonly<Record<string, string>>;

  /** Milliseconds after which the first of the models may have room again. Absent: not known. */
  readonly retryAfterMs: number | undefined;

  constructor(reasons: Readonly<Record<string, string>>, retryAfterMs?: number) {
    const list = Object.entries(reasons).map(([id, reason]) => `${id}: ${reason}`);
    super("limit-exceeded", `no model has room for this request (${list.join("; ")})`);
    this.reasons = reasons;
    this.retryAfterMs = retryAfterMs;
  }

  static {
    LimitExceededError.prototype.name = "LimitExceededError";
  }
}
