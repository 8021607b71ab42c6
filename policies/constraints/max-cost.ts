import type { Constraint } from "../../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../../src/plugin/index.ts";

export interface MaxCostOptions {
  /** Limit per call in US dollars, at least 0; with 0 only free models are permitted. */
  readonly usd: number;
}

export const maxCostOptions: OptionTable<MaxCostOptions> = { usd: { is: "number", min: 0 } };

/**
 * Bounds the cost of each call by `usd`: a call gets the output limit with which it cannot cost more, at the
 * highest rates of the model that can apply. A model is not permitted if less than 256 tokens of output (or less than
 * the request asks for, if that is fewer) could be paid for, or if its price is not known. The request's own
 * `maxCostUsd` bounds all calls of a request together.
 */
export function maxCost(options: MaxCostOptions): Constraint {
  const { usd } = readOptions("maxCost", maxCostOptions, options);

  return {
    name: "maxCost",
    maxCallUsd: usd,
    excludes: ({ facts: { price, gpu } }) =>
      price === undefined && gpu === undefined ? "its price is not known" : undefined,
    permits({ leastCostUsd, estimatedCostUsd }) {
      const costUsd = leastCostUsd ?? estimatedCostUsd;
      if (costUsd === undefined) return "its price is not known";
      // `<=` refuses a cost of NaN, `>` would permit it.
      if (costUsd <= usd) return true;
      return `costs up to ${costUsd.toPrecision(3)} USD, more than ${usd}`;
    },
  };
}
