import type { Candidate, Policy } from "../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../src/plugin/index.ts";
import { onlyPermitted } from "./internal/only-permitted.ts";

export interface UtilityOptions {
  /** Value of a good answer over a bad one, in US dollars; above 0. */
  readonly usdPerGoodAnswer: number;
}

export const utilityOptions: OptionTable<UtilityOptions> = {
  usdPerGoodAnswer: { is: "number", above: 0, expected: "a finite number above 0" },
};

/**
 * Chooses the most quality for the money: the model with the highest `quality - costUsd / usdPerGoodAnswer`,
 * where quality is the expected one, in [0, 1], and `1 / usdPerGoodAnswer` is the price weight. Ties go
 * to the cheaper model. If only one model is permitted, it is chosen.
 *
 * A model whose quality or price is not known is not considered. No opinion where that leaves none,
 * for instance when the classifier failed or gives no `quality`: `firstOf(utility(…), always("large"))`.
 */
export function utility(options: UtilityOptions): Policy {
  const { usdPerGoodAnswer } = readOptions("utility", utilityOptions, options);
  const reason = `most quality for its cost, at $${usdPerGoodAnswer} a good answer`;

  return {
    name: "utility",
    parameters: { usdPerGoodAnswer },
    select({ candidates }) {
      if (candidates.length === 1) return onlyPermitted(candidates);
      let best: Candidate<never> | undefined;
      let bestValueUsd = Number.NEGATIVE_INFINITY;
      let bestCostUsd = Number.POSITIVE_INFINITY;
      for (const candidate of candidates) {
        const { estimatedQuality: quality, estimatedCostUsd: costUsd } = candidate;
        if (quality === undefined || costUsd === undefined) continue;
        // Values in dollars have the order of the formula and are finite at any weight.
        const valueUsd = quality * usdPerGoodAnswer - costUsd;
        if (valueUsd > bestValueUsd || (valueUsd === bestValueUsd && costUsd < bestCostUsd)) {
          best = candidate;
          bestValueUsd = valueUsd;
          bestCostUsd = costUsd;
        }
      }
      return best && { model: best.id, reason };
    },
  };
}
