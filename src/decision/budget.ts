import type { Candidate, Constraint } from "../contracts/index.ts";

export const budgetName = "budget";

/** The rest of a budget for one request. */
export interface Room {
  /** Name for errors, for instance `the budget of 10 USD per day`. */
  readonly description: string;
  readonly limitUsd: number;
  /** Returns the largest cost of the request's next call in US dollars, at least 0. */
  leftUsd(): number;
}

/** Permits models that fit the router's budget; fails closed where the price is not known. */
export function budget(room: Room): Constraint {
  return {
    name: budgetName,
    permits({ estimatedCostUsd }: Candidate) {
      if (estimatedCostUsd === undefined) return "its price is not known, and there is a budget";
      const leftUsd = room.leftUsd();
      if (estimatedCostUsd <= leftUsd) return true;
      return `costs about ${shown(estimatedCostUsd)} USD, ${shown(leftUsd)} USD are left`;
    },
  };
}

function shown(usd: number): string {
  return usd === 0 ? "0" : usd.toPrecision(3);
}
