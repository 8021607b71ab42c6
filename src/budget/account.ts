import type { Account, Left, Refusal } from "../contracts/ports/index.ts";
import type { Budget } from "./budget-options.ts";
import type { Hold } from "./spend.ts";

/** Bounds of one request. */
export interface AccountBounds {
  readonly maxCostUsd: number | undefined;
  /** The most that each single call may cost. */
  readonly maxCallUsd?: number | undefined;
  readonly budget: Pick<Budget, "limitUsd" | "description"> | undefined;
  /** Part of the budget that the request holds. */
  readonly hold: Hold | undefined;
}

/** Account of a request without bounds. */
export const unboundedAccount: Account = {
  isBounded: false,
  left: nothing,
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
  readonly isBounded: boolean;
  readonly #bounds: AccountBounds;
  /** Reservations of calls that have not ended, by attempt. */
  readonly #reserved = new Map<string, number>();
  /** Their sum, and US dollars spent. A call whose cost stays unknown counts at its reservation. */
  #reservedUsd = 0;
  #spentUsd = 0;

  constructor(bounds: AccountBounds) {
    const { maxCostUsd, maxCallUsd, hold } = bounds;
    this.#bounds = bounds;
    this.isBounded = maxCostUsd !== undefined || maxCallUsd !== undefined || hold !== undefined;
  }

  left(): Left | undefined {
    const { maxCostUsd, maxCallUsd, hold } = this.#bounds;
    let left: Left | undefined;
    if (maxCostUsd !== undefined) left = { usd: maxCostUsd - this.#committedUsd, by: "maxCostUsd" };
    if (maxCallUsd !== undefined && maxCallUsd < (left?.usd ?? Number.POSITIVE_INFINITY))
      left = { usd: maxCallUsd, by: "maxCost" };
    if (hold !== undefined) {
      const usd = this.#leftUsd();
      if (left === undefined || usd < left.usd) left = { usd, by: "budget" };
    }
    return left;
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
    const reservation = costUsd ?? 0;
    this.#reserved.set(attemptId, reservation);
    this.#reservedUsd += reservation;
    this.#hold();
    return true;
  }

  settle(attemptId: string, costUsd: number | undefined): void {
    const reservation = this.#reserved.get(attemptId);
    if (reservation === undefined) return;
    this.#reserved.delete(attemptId);
    // Sums of fractions drift: without calls under way nothing is reserved.
    this.#reservedUsd = this.#reserved.size === 0 ? 0 : this.#reservedUsd - reservation;
    this.#spentUsd += costUsd ?? reservation;
    this.#hold();
  }

  release(attemptId: string): void {
    this.settle(attemptId, 0);
  }

  close(): void {
    this.#bounds.hold?.settle(this.#committedUsd);
  }

  boundOf({ by }: Refusal): ReturnType<Account["boundOf"]> {
    const { budget, maxCostUsd, maxCallUsd } = this.#bounds;
    if (by === "budget" && budget !== undefined)
      return { limitUsd: budget.limitUsd, description: budget.description };
    if (by === "maxCost" && maxCallUsd !== undefined)
      return { limitUsd: maxCallUsd, description: `the constraint's limit of ${maxCallUsd} USD a call` };
    return { limitUsd: maxCostUsd ?? Number.POSITIVE_INFINITY };
  }

  #fitsRequest(costUsd: number | undefined): true | Refusal {
    const { maxCostUsd, maxCallUsd } = this.#bounds;
    if (maxCallUsd !== undefined) {
      if (costUsd === undefined) return { by: "maxCost", reason: "its price is not known" };
      if (!(costUsd <= maxCallUsd))
        return { by: "maxCost", reason: `costs up to ${shown(costUsd)} USD, more than ${maxCallUsd}` };
    }
    if (maxCostUsd === undefined) return true;
    if (costUsd === undefined) return { by: "maxCostUsd", reason: "its price is not known" };
    const committedUsd = this.#committedUsd;
    // The same difference as in `left`: a sum would round differently.
    if (costUsd <= maxCostUsd - committedUsd) return true;
    const problem =
      committedUsd === 0
        ? `more than ${maxCostUsd}`
        : `and ${shown(committedUsd)} of ${maxCostUsd} USD are spent or reserved`;
    return { by: "maxCostUsd", reason: `costs up to ${shown(costUsd)} USD, ${problem}` };
  }

  #fitsBudget(costUsd: number | undefined): true | Refusal {
    if (this.#bounds.hold === undefined) return true;
    if (costUsd === undefined)
      return { by: "budget", reason: "its price is not known, and there is a budget" };
    const left = this.#leftUsd();
    if (costUsd <= left) return true;
    return { by: "budget", reason: `costs up to ${shown(costUsd)} USD, ${shown(left)} USD are left` };
  }

  #leftUsd(): number {
    const { hold } = this.#bounds;
    return hold === undefined ? 0 : Math.max(0, hold.roomUsd() - this.#committedUsd);
  }

  get #committedUsd(): number {
    return this.#spentUsd + this.#reservedUsd;
  }

  /** Holds what is spent or reserved. A cost above its reservation counts for other requests at once. */
  #hold(): void {
    this.#bounds.hold?.raise(this.#committedUsd);
  }
}

function shown(usd: number): string {
  return usd === 0 ? "0" : usd.toPrecision(3);
}

function nothing(): undefined {}
