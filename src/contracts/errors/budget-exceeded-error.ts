import type { Attempt } from "../decision.ts";
import { RouterError } from "./router-error.ts";

/** Thrown when the next call would cost more than the request may, or than is left of the router's budget. */
export class BudgetExceededError extends RouterError {
  readonly limitUsd: number;
  readonly attempts: readonly Attempt[];

  constructor(
    limitUsd: number,
    problem: string,
    attempts: readonly Attempt[] = [],
    limit = `the request's maxCostUsd of ${limitUsd}`,
  ) {
    super("budget-exceeded", `${limit} is not enough: ${problem}`);
    this.limitUsd = limitUsd;
    this.attempts = attempts;
  }

  static {
    BudgetExceededError.prototype.name = "BudgetExceededError";
  }
}
