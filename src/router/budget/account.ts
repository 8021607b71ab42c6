import type {
  Account,
  BudgetState,
  CountedModel,
  Left,
  ReachedBound,
  Refusal,
} from "../../contracts/ports/index.ts";
import type { Amount } from "../../contracts/store.ts";
import { ignore } from "../../plugin/ignore.ts";
import type { AccountBounds } from "./account-bounds.ts";
import { nanoOf, usdOf } from "./amounts.ts";
import type { Bound } from "./bounds.ts";
import { budgetRefusal, fitsRequest } from "./budget-refusal.ts";
import { isCounted } from "./counted-models.ts";
import type { OpenedBounds } from "./shared-budgets.ts";

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

/** Bounds of a request, as it has them from its decision on. */
interface Opened extends OpenedBounds {
  /** Sums of budgets that count only some models. Absent: there are none. */
  readonly own: ReadonlyMap<Bound, Sum> | undefined;
}

/** Nano-dollars and tokens that calls have spent or reserved. */
interface Sum {
  nano: Amount;
  tokens: Amount;
}

/** Reservation of a call. */
interface Reserved extends Sum {
  readonly model: CountedModel | undefined;
  /** Sums of budgets of some models that the call is a part of. Absent: there are no such budgets. */
  readonly own: readonly Sum[] | undefined;
}

// A class, since each request under a bound creates one: closures per object would cost more.
class BoundedAccount implements Account {
  readonly isBounded: boolean;
  readonly #given: AccountBounds;
  #opened: Opened | undefined;
  /** Reservations of calls that have not ended, by attempt. */
  readonly #reserved = new Map<string, Reserved>();
  /** A call whose cost stays unknown counts at its reservation. */
  readonly #sum: Sum = { nano: 0, tokens: 0 };
  #earmarked: Amount = 0;
  #isClosing = false;

  constructor(given: AccountBounds) {
    const { maxCostUsd, maxCallUsd, bounds = [], open } = given;
    this.#given = given;
    if (open === undefined) this.#opened = opened({ bounds });
    const isBound = maxCostUsd !== undefined || maxCallUsd !== undefined;
    this.isBounded = isBound || open !== undefined || bounds.length > 0;
  }

  learn(mostMs: number): Promise<void> | undefined {
    return this.#desk?.learn(mostMs);
  }

  committedUsd(): number {
    return usdOf(this.#sum.nano);
  }

  left(model?: CountedModel): Left | undefined {
    if (!this.isBounded) return undefined;
    const { maxCostUsd, maxCallUsd } = this.#given;
    let usd = Number.POSITIVE_INFINITY;
    let by: Left["by"] = "budget";
    let tokens: number | undefined;
    if (maxCostUsd !== undefined) {
      usd = maxCostUsd - usdOf(this.#sum.nano);
      by = "maxCostUsd";
    }
    if (maxCallUsd !== undefined && maxCallUsd < usd) {
      usd = maxCallUsd;
      by = "maxCost";
    }
    for (const bound of this.#bounds) {
      const { unit } = bound.budget;
      if (!mayRefuse(bound, model)) continue;
      const left = bound.left(this.#committed(bound));
      if (unit === "tokens") tokens = Math.min(tokens ?? left, left);
      else if (usdOf(left) < usd) {
        usd = usdOf(left);
        by = "budget";
      }
    }
    return { usd, by, tokens };
  }

  state(): BudgetState | undefined {
    return this.#bounds.length === 0 ? undefined : this.#given.tell?.().state(this.#bounds);
  }

  fits({ costUsd, tokens }: Amounts, model?: CountedModel): true | Refusal {
    const answer = fitsRequest(this.#given, usdOf(this.#sum.nano), costUsd);
    if (answer !== true) return answer;
    for (const bound of this.#bounds) {
      if (!mayRefuse(bound, model)) continue;
      const refusal = budgetRefusal(bound, this.#committed(bound), costUsd, tokens);
      if (refusal !== undefined) return refusal;
    }
    return true;
  }

  earmark(usd: number): void {
    let amount = nanoOf(usd);
    for (const bound of this.#bounds)
      if (isOfAll(bound) && bound.budget.unit === "usd" && bound.budget.refuses)
        amount = Math.min(amount, bound.left(this.#sum.nano));
    this.#earmarked = this.#sum.nano + amount;
    this.#hold();
  }

  reserve(
    { attemptId, costUsd, tokens }: Amounts & { readonly attemptId: string },
    model: CountedModel | undefined = this.#reserved.get(attemptId)?.model,
  ): true | Refusal | Promise<true | Refusal> {
    const answer = this.fits({ costUsd, tokens }, model);
    if (answer !== true) return answer;
    const nano = costUsd === undefined ? 0 : nanoOf(costUsd);
    const desk = this.#desk;
    // Before a store is asked: what is left in this process must not be reserved twice meanwhile.
    this.#add(attemptId, nano, tokens ?? 0, model);
    if (desk === undefined) return true;
    const asked = desk.reserve(attemptId, nano, tokens ?? 0, model);
    if (!(asked instanceof Promise)) return this.#unless(asked, attemptId, nano, tokens ?? 0);
    return asked.then((given) => this.#unless(given, attemptId, nano, tokens ?? 0));
  }

  settle(attemptId: string, costUsd: number | undefined, tokens?: number): void {
    const reserved = this.#reserved.get(attemptId);
    if (reserved === undefined) return;
    this.#reserved.delete(attemptId);
    const spent = costUsd === undefined ? reserved.nano : nanoOf(costUsd);
    const used = tokens ?? reserved.tokens;
    this.#change(reserved, spent - reserved.nano, used - reserved.tokens);
    this.#desk?.settle(attemptId, spent, used);
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
      for (const bound of this.#bounds) {
        const spent = this.#committed(bound);
        bound.close(spent);
        if (spent > 0 && bound.budget.thresholds.length > 0) this.#given.tell?.().spent(bound);
      }
  }

  reached(refusal: Refusal): ReachedBound {
    const { maxCostUsd, maxCallUsd, tell } = this.#given;
    if (refusal.by === "budget") {
      const bound = this.#bounds.find(({ budget }) => budget.name === refusal.budget);
      if (bound !== undefined && refusal.unpriced)
        return {
          budget: bound.budget.name,
          description: bound.budget.describe(bound.limit),
          unpriced: true,
        };
      if (bound !== undefined && tell !== undefined) return tell().reached(bound);
    }
    if (refusal.by === "maxCost" && maxCallUsd !== undefined)
      return { limitUsd: maxCallUsd, description: `the constraint's limit of ${maxCallUsd} USD a call` };
    if (refusal.by === "store")
      return { store: this.#desk?.store ?? "of shared state", retryAfterMs: refusal.waitMs };
    return { limitUsd: maxCostUsd ?? Number.POSITIVE_INFINITY };
  }

  get #all(): Opened {
    this.#opened ??= opened(this.#given.open?.() ?? { bounds: [] });
    return this.#opened;
  }

  get #bounds(): readonly Bound[] {
    return this.#all.bounds;
  }

  get #desk(): OpenedBounds["desk"] {
    return this.#all.desk;
  }

  #committed(bound: Bound): Amount {
    const sum = this.#all.own?.get(bound) ?? this.#sum;
    return bound.budget.unit === "usd" ? sum.nano : sum.tokens;
  }

  #add(attemptId: string, nano: Amount, tokens: Amount, model: CountedModel | undefined): void {
    let reserved = this.#reserved.get(attemptId);
    if (reserved === undefined) {
      const { own: sums } = this.#all;
      const own = sums && sumsOf(sums, model);
      reserved = { nano: 0, tokens: 0, model, own };
      this.#reserved.set(attemptId, reserved);
    }
    this.#change(reserved, nano, tokens);
    this.#hold();
  }

  #change(reserved: Reserved, nano: Amount, tokens: Amount): void {
    change(reserved, nano, tokens);
    change(this.#sum, nano, tokens);
    if (reserved.own !== undefined) for (const sum of reserved.own) change(sum, nano, tokens);
  }

  /** Takes back what was added if the desk refuses. */
  #unless(asked: true | Refusal, attemptId: string, nano: Amount, tokens: Amount): true | Refusal {
    if (asked === true) return true;
    const reserved = this.#reserved.get(attemptId);
    if (reserved === undefined) return asked;
    this.#change(reserved, -nano, -tokens);
    if (reserved.nano === 0 && reserved.tokens === 0) this.#reserved.delete(attemptId);
    this.#hold();
    if (this.#isClosing) this.close();
    return asked;
  }

  /** Holds what is spent or reserved, and at least what was set aside. */
  #hold(): void {
    const nano = Math.max(this.#sum.nano, this.#earmarked);
    for (const bound of this.#bounds)
      bound.hold(isOfAll(bound) && bound.budget.unit === "usd" ? nano : this.#committed(bound));
  }
}

function opened({ bounds, desk }: OpenedBounds): Opened {
  let own: Map<Bound, Sum> | undefined;
  for (const bound of bounds)
    if (!isOfAll(bound)) {
      own ??= new Map();
      own.set(bound, { nano: 0, tokens: 0 });
    }
  return { bounds, desk, own };
}

interface Amounts {
  readonly costUsd?: number | undefined;
  readonly tokens?: number | undefined;
}

function isOfAll({ budget }: Bound): boolean {
  return budget.of === undefined;
}

/** True if a budget may refuse a call of the model. */
function mayRefuse({ budget }: Bound, model: CountedModel | undefined): boolean {
  return budget.refuses && isCounted(budget, model);
}

function sumsOf(own: ReadonlyMap<Bound, Sum>, model: CountedModel | undefined): readonly Sum[] {
  return [...own].flatMap(([{ budget }, sum]) => (isCounted(budget, model) ? [sum] : []));
}

function change(sum: Sum, nano: Amount, tokens: Amount): void {
  sum.nano += nano;
  sum.tokens += tokens;
}
