import type { Candidate, Constraint } from "../contracts/index.ts";

export const budgetName = "budget";

/** What is left of a budget for one request. */
export interface Room {
  /** For instance `the budget of 10 USD per day`. */
  readonly description: string;
  readonly limitUsd: number;
  /** US dollars that the request's next call may cost, at least 0. */
  leftUsd(): number;
}

/** The router's budget, for one request: fails closed where the price is not known. */
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
