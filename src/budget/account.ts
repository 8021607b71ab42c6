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

/** Opens the account of a request. It is local: reservations are answered at once. */
export function openAccount(bounds: AccountBounds): Account {
  return new BoundedAccount(bounds);
}

// A class, since each request under a bound creates one: closures per object would cost more.
class BoundedAccount implements Account {
  readonly #bounds: AccountBounds;
  /** Reservations of calls that have not ended, by attempt. */
  readonly #reserved = new Map<string, number>();
  /** US dollars spent or reserved. A call whose cost stays unknown counts at its estimate. */
  #committedUsd = 0;

  constructor(bounds: AccountBounds) {
    this.#bounds = bounds;
  }

  fits({ costUsd }: { readonly costUsd?: number | undefined }): true | Refusal {
    const answer = this.#fitsRequest(costUsd);
    return answer === true ? this.#fitsBudget(costUsd) : answer;
  }

  earmark(usd: number): void {
    this.#bounds.hold?.raise(this.#committedUsd + Math.min(usd, this.#leftUsd()));
  }

  reserve({
    attemptId,
    costUsd,
  }: {
    readonly attemptId: string;
    readonly costUsd?: number | undefined;
  }): true | Refusal {
    const answer = this.fits({ costUsd });
    if (answer !== true) return answer;
    const estimate = costUsd ?? 0;
    this.#reserved.set(attemptId, estimate);
    this.#commit(estimate);
    return true;
  }

  settle(attemptId: string, costUsd: number | undefined): void {
    const estimate = this.#reserved.get(attemptId);
    if (estimate !== undefined && this.#reserved.delete(attemptId))
      this.#commit((costUsd ?? estimate) - estimate);
  }

  release(attemptId: string): void {
    this.settle(attemptId, 0);
  }

  close(): void {
    this.#bounds.hold?.settle(this.#committedUsd);
  }

  boundOf({ by }: Refusal): ReturnType<Account["boundOf"]> {
    const { budget, maxCostUsd } = this.#bounds;
    if (by === "budget" && budget !== undefined)
      return { limitUsd: budget.limitUsd, description: budget.description };
    return { limitUsd: maxCostUsd ?? Number.POSITIVE_INFINITY };
  }

  #fitsRequest(costUsd: number | undefined): true | Refusal {
    const { maxCostUsd } = this.#bounds;
    if (maxCostUsd === undefined) return true;
    if (costUsd === undefined) return { by: "maxCostUsd", reason: "its price is not known" };
    const committedUsd = this.#committedUsd;
    if (committedUsd + costUsd <= maxCostUsd) return true;
    const problem =
      committedUsd === 0
        ? `more than ${maxCostUsd}`
        : `and ${shown(committedUsd)} of ${maxCostUsd} USD are spent or reserved`;
    return { by: "maxCostUsd", reason: `costs about ${shown(costUsd)} USD, ${problem}` };
  }

  #fitsBudget(costUsd: number | undefined): true | Refusal {
    if (this.#bounds.hold === undefined) return true;
    if (costUsd === undefined)
      return { by: "budget", reason: "its price is not known, and there is a budget" };
    const left = this.#leftUsd();
    if (costUsd <= left) return true;
    return { by: "budget", reason: `costs about ${shown(costUsd)} USD, ${shown(left)} USD are left` };
  }

  #leftUsd(): number {
    const { hold } = this.#bounds;
    return hold === undefined ? 0 : Math.max(0, hold.roomUsd() - this.#committedUsd);
  }

  /** Adds to what is spent or reserved. A cost above its estimate counts for other requests at once. */
  #commit(usd: number): void {
    this.#committedUsd += usd;
    this.#bounds.hold?.raise(this.#committedUsd);
  }
}

function shown(usd: number): string {
  return usd === 0 ? "0" : usd.toPrecision(3);
}

function nothing(): void {}
