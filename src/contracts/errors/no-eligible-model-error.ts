import { RouterError } from "./router-error.ts";

/** Thrown when no model may serve the request. */
export class NoEligibleModelError extends RouterError {
  /** Reason why it may not, by model id. */
  readonly reasons: Readonly<Record<string, string>>;

  constructor(reasons: Readonly<Record<string, string>>) {
    const list = Object.entries(reasons).map(([id, reason]) => `${id}: ${reason}`);
    super("no-eligible-model", `no model may serve this request (${list.join("; ")})`);
    this.reasons = reasons;
  }

  static {
    NoEligibleModelError.prototype.name = "NoEligibleModelError";
  }
}
