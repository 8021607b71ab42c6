import type { Attempt } from "../decision.ts";
import type { ReachedBound } from "../ports/ledger.ts";
import { RouterError } from "./router-error.ts";

/**
 * Thrown when the next call would cost more than the request may, or than is left of a budget; no such call was made.
 * Also thrown for a stream whose endpoint sends more than was reserved, while no more is left.
 */
export class BudgetExceededError extends RouterError {
  /** Limit in US dollars. Absent if the budget counts tokens. */
  readonly limitUsd: number | undefined;
  /** Limit in tokens. Absent if the bound counts US dollars. */
  readonly limitTokens: number | undefined;
  /** Name of the budget. Absent if the request's `maxCostUsd` or a constraint was reached. */
  readonly budget: string | undefined;
  /** End of the budget's period in milliseconds since the epoch. Absent: it has none. */
  readonly resetsAt: number | undefined;
  /** Milliseconds until then. A smaller request may fit before. */
  readonly retryAfterMs: number | undefined;
  readonly attempts: readonly Attempt[];
  /** Text that a stream had delivered by then. Non-enumerable. */
  declare partialText: string | undefined;

  constructor(bound: ReachedBound, problem: string, attempts: readonly Attempt[] = []) {
    const { limitUsd, limitTokens, description = `the request's maxCostUsd of ${limitUsd}` } = bound;
    super("budget-exceeded", `${description} is not enough: ${problem}`);
    this.limitUsd = limitUsd;
    this.limitTokens = limitTokens;
    this.budget = bound.budget;
    this.resetsAt = bound.resetsAt;
    this.retryAfterMs = bound.retryAfterMs;
    this.attempts = attempts;
    Object.defineProperty(this, "partialText", { value: undefined, enumerable: false, writable: true });
  }

  static {
    BudgetExceededError.prototype.name = "BudgetExceededError";
  }
}
