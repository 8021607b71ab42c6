import type { Candidate, Constraint } from "../contracts/index.ts";

export const requestCostName = "maxCostUsd";

/** Permits models that fit a request's own `maxCostUsd`; fails closed where the price is not known. */
export function requestCost(maxCostUsd: number): Constraint {
  return {
    name: requestCostName,
    permits({ estimatedCostUsd }: Candidate) {
      if (estimatedCostUsd === undefined) return "its price is not known";
      if (estimatedCostUsd <= maxCostUsd) return true;
      return `costs about ${estimatedCostUsd.toPrecision(3)} USD, more than ${maxCostUsd}`;
    },
  };
}
