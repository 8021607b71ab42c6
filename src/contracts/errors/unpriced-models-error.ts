import type { Attempt } from "../decision.ts";
import type { ReachedBound } from "../ports/ledger.ts";
import { RouterError } from "./router-error.ts";

/**
 * Thrown when the models that are left for a request have no known price, and a budget in US dollars calls none without one.
 * Nothing is used up: the models need a `price`, or the budget `unpriced: "allow"`.
 */
export class UnpricedModelsError extends RouterError {
  /** Name of the budget. */
  readonly budget: string | undefined;
  readonly attempts: readonly Attempt[];

  constructor(
    { budget, description }: Pick<ReachedBound, "budget" | "description">,
    problem: string,
    attempts: readonly Attempt[] = [],
  ) {
    super(
      "unpriced-models",
      `${description} needs prices, and no model with one is left for this request: ${problem}; state price for the model, or unpriced: "allow" for the budget`,
    );
    this.budget = budget;
    this.attempts = attempts;
  }

  static {
    UnpricedModelsError.prototype.name = "UnpricedModelsError";
  }
}
