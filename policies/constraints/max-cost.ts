import type { Constraint } from "../../src/contracts/index.ts";
import { checkKeys, checkNumber } from "../../src/plugin/index.ts";

export interface MaxCostOptions {
  /** Limit per call in US dollars, at least 0; with 0 only free models are permitted. */
  readonly usd: number;
}

/**
 * Permits only models whose expected cost for the request is at most `usd`: input tokens as estimated,
 * output tokens as in the model's answers so far. A model of unknown price is not permitted. The
 * request's own `maxCostUsd` bounds all calls of a request together.
 */
export function maxCost(options: MaxCostOptions): Constraint {
  checkKeys("maxCost", options, ["usd"]);
  const usd = checkNumber("maxCost.usd", options.usd, { min: 0 });

  return {
    name: "maxCost",
    permits({ estimatedCostUsd }) {
      if (estimatedCostUsd === undefined) return "its price is not known";
      // `<=` refuses a cost of NaN, `>` would permit it.
      if (estimatedCostUsd <= usd) return true;
      return `costs about ${estimatedCostUsd.toPrecision(3)} USD, more than ${usd}`;
    },
  };
}
