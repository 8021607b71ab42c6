import type { Account, Refusal } from "../contracts/ports/index.ts";
import type { Budget } from "./budget-options.ts";
import type { Hold } from "./spend.ts";

/** Bounds of one request. */
export interface AccountBounds {
  readonly maxCostUsd: number | undefined;
  readonly budget: Pick<Budget, "limitUsd" | "description"> | undefined;
  /** Part of the budget that the request holds. */
  readonly hold: Hold | undefined;
}

/** Account of a request without bounds. */
export const unboundedAccount: Account = {
  fits: () => true,
  earmark: nothing,
  reserve: () => true,
  settle: nothing,
  release: nothing,
  close: nothing,
  boundOf: () => ({ limitUsd: Number.POSITIVE_INFINITY }),
};

/** Opens the account of a request. It is local: a reservation is granted or refused at once. */
export function openAccount({ maxCostUsd, budget, hold }: AccountBounds): Account {
  /** Reservations in US dollars of calls that have not ended, by attempt. */
  const reserved = new Map<string, number>();
  /** US dollars that were spent or are reserved. A call whose cost stays unknown counts at its estimate. */
  let committedUsd = 0;

  const ofRequest = (costUsd: number | undefined): true | Refusal => {
    if (maxCostUsd === undefined) return true;
    if (costUsd === undefined) return { by: "maxCostUsd", reason: "its price is not known" };
    if (committedUsd + costUsd <= maxCostUsd) return true;
    const problem =
      committedUsd === 0
        ? `more than ${maxCostUsd}`
        : `and ${shown(committedUsd)} of ${maxCostUsd} USD are spent or reserved`;
    return { by: "maxCostUsd", reason: `costs about ${shown(costUsd)} USD, ${problem}` };
  };

  const leftUsd = () => (hold === undefined ? 0 : Math.max(0, hold.roomUsd() - committedUsd));

  const ofBudget = (costUsd: number | undefined): true | Refusal => {
    if (hold === undefined) return true;
    if (costUsd === undefined)
      return { by: "budget", reason: "its price is not known, and there is a budget" };
    const left = leftUsd();
    if (costUsd <= left) return true;
    return { by: "budget", reason: `costs about ${shown(costUsd)} USD, ${shown(left)} USD are left` };
  };

  const fits: Account["fits"] = ({ costUsd }) => {
    const answer = ofRequest(costUsd);
    return answer === true ? ofBudget(costUsd) : answer;
  };

  /** Replaces a reservation by the cost that `costUsd` returns for its estimate. */
  const end = (attemptId: string, costUsd: (estimate: number) => number) => {
    const estimate = reserved.get(attemptId);
    if (estimate === undefined) return;
    reserved.delete(attemptId);
    committedUsd += costUsd(estimate) - estimate;
    // A cost above its estimate counts for other requests at once.
    hold?.raise(committedUsd);
  };

  return {
    fits,
    earmark(usd) {
      hold?.raise(committedUsd + Math.min(usd, leftUsd()));
    },
    reserve({ attemptId, costUsd }) {
      const answer = fits({ costUsd });
      if (answer !== true) return answer;
      const estimate = costUsd ?? 0;
      reserved.set(attemptId, estimate);
      committedUsd += estimate;
      hold?.raise(committedUsd);
      return true;
    },
    settle: (attemptId, costUsd) => end(attemptId, (estimate) => costUsd ?? estimate),
    release: (attemptId) => end(attemptId, () => 0),
    close: () => hold?.settle(committedUsd),
    boundOf: ({ by }) =>
      by === "budget" && budget !== undefined
        ? { limitUsd: budget.limitUsd, description: budget.description }
        : { limitUsd: maxCostUsd ?? Number.POSITIVE_INFINITY },
  };
}

function shown(usd: number): string {
  return usd === 0 ? "0" : usd.toPrecision(3);
}

function nothing(): void {}
