import type { Account, BudgetState, Left, ReachedBound, Refusal } from "../../contracts/ports/index.ts";
import type { Amount } from "../../contracts/store.ts";
import { ignore } from "../../plugin/ignore.ts";
import { nanoOf, usdOf } from "./amounts.ts";
import type { Bound } from "./bounds.ts";
import type { OpenedBounds } from "./shared-budgets.ts";
import type { Tell } from "./tell.ts";

/** Bounds of one request. */
export interface AccountBounds {
  readonly maxCostUsd?: number | undefined;
  /** The most that each single call may cost. */
  readonly maxCallUsd?: number | undefined;
  /** Budgets that apply, if they are kept in this process. Default none. */
  readonly bounds?: readonly Bound[] | undefined;
  /** Opens budgets that a desk keeps, once what they need is loaded. Absent: all are kept in this process. */
  readonly open?: (() => OpenedBounds) | undefined;
  readonly tell?: Tell | undefined;
}

/** Account of a request without bounds. */
export const unboundedAccount: Account = {
  isBounded: false,
  learn: ignore,
  committedUsd: () => 0,
  left: ignore,
  state: ignore,
  fits: () => true,
  earmark: ignore,
  reserve: () => true,
  settle: ignore,
  release: ignore,
  close: ignore,
  reached: () => ({ limitUsd: Number.POSITIVE_INFINITY }),
};

/** Opens the account of a request. Without a desk reservations are answered at once. */
export function openAccount(bounds: AccountBounds): Account {
  return new BoundedAccount(bounds);
}

const noBounds: OpenedBounds = { bounds: [] };

/** Reservation of a call, in nano-dollars and tokens. */
interface Reserved {
  nano: Amount;
  tokens: Amount;
}

// A class, since each request under a bound creates one: closures per object would cost more.
class BoundedAccount implements Account {
  readonly isBounded: boolean;
  readonly #given: AccountBounds;
  #opened: OpenedBounds | undefined;
  /** Reservations of calls that have not ended, by attempt. */
  readonly #reserved = new Map<string, Reserved>();
  /** Spent or reserved. A call whose cost stays unknown counts at its reservation. */
  #nano: Amount = 0;
  #tokens: Amount = 0;
  #earmarked: Amount = 0;
  #isClosing = false;

  constructor(given: AccountBounds) {
    const { maxCostUsd, maxCallUsd, bounds, open } = given;
    this.#given = given;
    if (open === undefined) this.#opened = bounds === undefined ? noBounds : { bounds };
    const isBound = maxCostUsd !== undefined || maxCallUsd !== undefined;
    this.isBounded = isBound || open !== undefined || (bounds?.length ?? 0) > 0;
  }

  get #all(): OpenedBounds {
    this.#opened ??= this.#given.open?.() ?? noBounds;
    return this.#opened;
  }

  get #bounds(): readonly Bound[] {
    return this.#all.bounds;
  }

  learn(mostMs: number): Promise<void> | undefined {
    return this.#all.desk?.learn(mostMs);
  }

  committedUsd(): number {
    return usdOf(this.#nano);
  }

  left(): Left | undefined {
    if (!this.isBounded) return undefined;
    const { maxCostUsd, maxCallUsd } = this.#given;
    let usd = Number.POSITIVE_INFINITY;
    let by: Left["by"] = "budget";
    let tokens: number | undefined;
    if (maxCostUsd !== undefined) {
      usd = maxCostUsd - usdOf(this.#nano);
      by = "maxCostUsd";
    }
    if (maxCallUsd !== undefined && maxCallUsd < usd) {
      usd = maxCallUsd;
      by = "maxCost";
    }
    for (const bound of this.#bounds) {
      const { unit, refuses } = bound.budget;
      if (!refuses) continue;
      const left = bound.left(this.#committed(unit));
      if (unit === "tokens") tokens = Math.min(tokens ?? left, left);
      else if (usdOf(left) < usd) {
        usd = usdOf(left);
        by = "budget";
      }
    }
    return { usd, by, tokens };
  }

  state(): BudgetState | undefined {
    return this.#bounds.length === 0 ? undefined : this.#given.tell?.state(this.#bounds);
  }

  fits({
    costUsd,
    tokens,
  }: {
    readonly costUsd?: number | undefined;
    readonly tokens?: number | undefined;
  }): true | Refusal {
    const answer = this.#fitsRequest(costUsd);
    if (answer !== true) return answer;
    for (const bound of this.#bounds) {
      if (!bound.budget.refuses) continue;
      const refusal = this.#refusalOf(bound, costUsd, tokens);
      if (refusal !== undefined) return refusal;
    }
    return true;
  }

  earmark(usd: number): void {
    let amount = nanoOf(usd);
    for (const bound of this.#bounds)
      if (bound.budget.unit === "usd" && bound.budget.refuses)
        amount = Math.min(amount, bound.left(this.#nano));
    this.#earmarked = this.#nano + amount;
    this.#hold();
  }

  reserve({
    attemptId,
    costUsd,
    tokens,
  }: {
    readonly attemptId: string;
    readonly costUsd?: number | undefined;
    readonly tokens?: number | undefined;
  }): true | Refusal | Promise<true | Refusal> {
    const answer = this.fits({ costUsd, tokens });
    if (answer !== true) return answer;
    const nano = costUsd === undefined ? 0 : nanoOf(costUsd);
    const { desk } = this.#all;
    // Before a store is asked: what is left in this process must not be reserved twice meanwhile.
    this.#add(attemptId, nano, tokens ?? 0);
    if (desk === undefined) return true;
    const asked = desk.reserve(attemptId, nano, tokens ?? 0);
    if (!(asked instanceof Promise)) return this.#unless(asked, attemptId, nano, tokens ?? 0);
    return asked.then((given) => this.#unless(given, attemptId, nano, tokens ?? 0));
  }

  settle(attemptId: string, costUsd: number | undefined, tokens?: number): void {
    const reserved = this.#reserved.get(attemptId);
    if (reserved === undefined) return;
    this.#reserved.delete(attemptId);
    const spent = costUsd === undefined ? reserved.nano : nanoOf(costUsd);
    const used = tokens ?? reserved.tokens;
    this.#nano += spent - reserved.nano;
    this.#tokens += used - reserved.tokens;
    this.#all.desk?.settle(attemptId, spent, used);
    // A cost above its reservation counts for other requests at once.
    this.#hold();
    if (this.#isClosing) this.close();
  }

  release(attemptId: string): void {
    this.settle(attemptId, 0, 0);
  }

  close(): void {
    this.#isClosing = true;
    this.#earmarked = 0;
    // A call that was left runs on for a moment: it is settled by what it has cost.
    if (this.#reserved.size > 0) this.#hold();
    // A request may end before anything is loaded.
    else if (this.#opened !== undefined)
      for (const bound of this.#bounds) bound.close(this.#committed(bound.budget.unit));
  }

  reached(refusal: Refusal): ReachedBound {
    const { maxCostUsd, maxCallUsd, tell } = this.#given;
    if (refusal.by === "budget") {
      const bound = this.#bounds.find(({ budget }) => budget.name === refusal.budget);
      if (bound !== undefined && refusal.unpriced)
        return { budget: bound.budget.name, description: bound.budget.description, unpriced: true };
      if (bound !== undefined && tell !== undefined) return tell.reached(bound);
    }
    if (refusal.by === "maxCost" && maxCallUsd !== undefined)
      return { limitUsd: maxCallUsd, description: `the constraint's limit of ${maxCallUsd} USD a call` };
    if (refusal.by === "store")
      return { store: this.#all.desk?.store ?? "of shared state", retryAfterMs: refusal.waitMs };
    return { limitUsd: maxCostUsd ?? Number.POSITIVE_INFINITY };
  }

  #committed(unit: "usd" | "tokens"): Amount {
    return unit === "usd" ? this.#nano : this.#tokens;
  }

  #add(attemptId: string, nano: Amount, tokens: Amount): void {
    const reserved = this.#reserved.get(attemptId);
    if (reserved === undefined) this.#reserved.set(attemptId, { nano, tokens });
    else {
      reserved.nano += nano;
      reserved.tokens += tokens;
    }
    this.#nano += nano;
    this.#tokens += tokens;
    this.#hold();
  }

  /** Takes back what was added if the desk refuses. */
  #unless(asked: true | Refusal, attemptId: string, nano: Amount, tokens: Amount): true | Refusal {
    if (asked === true) return true;
    const reserved = this.#reserved.get(attemptId);
    if (reserved === undefined) return asked;
    this.#nano -= nano;
    this.#tokens -= tokens;
    reserved.nano -= nano;
    reserved.tokens -= tokens;
    if (reserved.nano === 0 && reserved.tokens === 0) this.#reserved.delete(attemptId);
    this.#hold();
    if (this.#isClosing) this.close();
    return asked;
  }

  /** Holds what is spent or reserved, and at least what was set aside. */
  #hold(): void {
    const nano = Math.max(this.#nano, this.#earmarked);
    for (const bound of this.#bounds) bound.hold(bound.budget.unit === "usd" ? nano : this.#tokens);
  }

  #fitsRequest(costUsd: number | undefined): true | Refusal {
    const { maxCostUsd, maxCallUsd } = this.#given;
    if (maxCallUsd !== undefined) {
      if (costUsd === undefined) return { by: "maxCost", reason: "its price is not known" };
      if (!(costUsd <= maxCallUsd))
        return { by: "maxCost", reason: `costs up to ${shown(costUsd)} USD, more than ${maxCallUsd}` };
    }
    if (maxCostUsd === undefined) return true;
    if (costUsd === undefined) return { by: "maxCostUsd", reason: "its price is not known" };
    const committedUsd = usdOf(this.#nano);
    // The same difference as in `left`: a sum would round differently.
    if (costUsd <= maxCostUsd - committedUsd) return true;
    const problem =
      committedUsd === 0
        ? `more than ${maxCostUsd}`
        : `and ${shown(committedUsd)} of ${maxCostUsd} USD are spent or reserved`;
    return { by: "maxCostUsd", reason: `costs up to ${shown(costUsd)} USD, ${problem}` };
  }

  #refusalOf(bound: Bound, costUsd: number | undefined, tokens: number | undefined): Refusal | undefined {
    const { unit, name } = bound.budget;
    if (unit === "usd") {
      if (costUsd === undefined)
        return bound.budget.needsPrices
          ? { by: "budget", budget: name, unpriced: true, reason: unpricedReason }
          : undefined;
      const left = bound.left(this.#nano);
      if (nanoOf(costUsd) <= left) return undefined;
      const reason = `costs up to ${shown(costUsd)} USD, ${shown(usdOf(left))} USD are left`;
      return { by: "budget", budget: name, reason };
    }
    const left = bound.left(this.#tokens);
    if (tokens !== undefined && tokens <= left) return undefined;
    const reason = `uses up to ${tokens ?? "an unknown number of"} tokens, ${left} are left`;
    return { by: "budget", budget: name, reason };
  }
}

const unpricedReason = "its price is not known, and there is a budget";

function shown(usd: number): string {
  return usd === 0 ? "0" : usd.toPrecision(3);
}
