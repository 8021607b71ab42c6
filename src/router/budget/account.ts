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
import { nanoOf, usdOf } from "./amounts.ts";
import type { Bound } from "./bounds.ts";
import { isCounted } from "./counted-models.ts";
import type { DeskAccount } from "./desk-account.ts";
import type { Tell } from "./tell.ts";

/** Bounds of one request. */
export interface AccountBounds {
  readonly maxCostUsd?: number | undefined;
  /** The most that each single call may cost. */
  readonly maxCallUsd?: number | undefined;
  /** Budgets that apply. Default none. */
  readonly bounds?: readonly Bound[] | undefined;
  /** Opens reservations at a desk. Absent: all budgets are kept in this process. */
  readonly desk?: (() => DeskAccount) | undefined;
  readonly tell?: (() => Tell) | undefined;
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

const noBounds: readonly Bound[] = [];

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
  readonly #bounds: readonly Bound[];
  /** Reservations of calls that have not ended, by attempt. */
  readonly #reserved = new Map<string, Reserved>();
  /** A call whose cost stays unknown counts at its reservation. */
  readonly #all: Sum = { nano: 0, tokens: 0 };
  /** Sums of budgets that count only some models. Absent: there are none. */
  readonly #own: ReadonlyMap<Bound, Sum> | undefined;
  #earmarked: Amount = 0;
  #opened: DeskAccount | undefined;
  #isClosing = false;

  constructor(given: AccountBounds) {
    const { maxCostUsd, maxCallUsd, bounds = noBounds } = given;
    this.#given = given;
    this.#bounds = bounds;
    let own: Map<Bound, Sum> | undefined;
    for (const bound of bounds)
      if (!isOfAll(bound)) {
        own ??= new Map();
        own.set(bound, { nano: 0, tokens: 0 });
      }
    this.#own = own;
    this.isBounded = maxCostUsd !== undefined || maxCallUsd !== undefined || bounds.length > 0;
  }

  learn(mostMs: number): Promise<void> | undefined {
    return this.#desk?.learn(mostMs);
  }

  committedUsd(): number {
    return usdOf(this.#all.nano);
  }

  left(model?: CountedModel): Left | undefined {
    if (!this.isBounded) return undefined;
    const { maxCostUsd, maxCallUsd } = this.#given;
    let usd = Number.POSITIVE_INFINITY;
    let by: Left["by"] = "budget";
    let tokens: number | undefined;
    if (maxCostUsd !== undefined) {
      usd = maxCostUsd - usdOf(this.#all.nano);
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
    const answer = this.#fitsRequest(costUsd);
    if (answer !== true) return answer;
    for (const bound of this.#bounds) {
      if (!mayRefuse(bound, model)) continue;
      const refusal = this.#refusalOf(bound, costUsd, tokens);
      if (refusal !== undefined) return refusal;
    }
    return true;
  }

  earmark(usd: number): void {
    let amount = nanoOf(usd);
    for (const bound of this.#bounds)
      if (isOfAll(bound) && bound.budget.unit === "usd" && bound.budget.refuses)
        amount = Math.min(amount, bound.left(this.#all.nano));
    this.#earmarked = this.#all.nano + amount;
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
    else
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
        return { budget: bound.budget.name, description: bound.budget.description, unpriced: true };
      if (bound !== undefined && tell !== undefined) return tell().reached(bound);
    }
    if (refusal.by === "maxCost" && maxCallUsd !== undefined)
      return { limitUsd: maxCallUsd, description: `the constraint's limit of ${maxCallUsd} USD a call` };
    if (refusal.by === "store")
      return { store: this.#desk?.store ?? "of shared state", retryAfterMs: refusal.waitMs };
    return { limitUsd: maxCostUsd ?? Number.POSITIVE_INFINITY };
  }

  get #desk(): DeskAccount | undefined {
    this.#opened ??= this.#given.desk?.();
    return this.#opened;
  }

  #committed(bound: Bound): Amount {
    const sum = this.#own?.get(bound) ?? this.#all;
    return bound.budget.unit === "usd" ? sum.nano : sum.tokens;
  }

  #add(attemptId: string, nano: Amount, tokens: Amount, model: CountedModel | undefined): void {
    let reserved = this.#reserved.get(attemptId);
    if (reserved === undefined) {
      const own = this.#own && sumsOf(this.#own, model);
      reserved = { nano: 0, tokens: 0, model, own };
      this.#reserved.set(attemptId, reserved);
    }
    this.#change(reserved, nano, tokens);
    this.#hold();
  }

  #change(reserved: Reserved, nano: Amount, tokens: Amount): void {
    change(reserved, nano, tokens);
    change(this.#all, nano, tokens);
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
    const nano = Math.max(this.#all.nano, this.#earmarked);
    for (const bound of this.#bounds)
      bound.hold(isOfAll(bound) && bound.budget.unit === "usd" ? nano : this.#committed(bound));
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
    const committedUsd = usdOf(this.#all.nano);
    // The same difference as in `left`: a sum would round differently.
    if (costUsd <= maxCostUsd - committedUsd) return true;
    const problem =
      committedUsd === 0
        ? `more than ${maxCostUsd}`
        : `and ${shown(committedUsd)} of ${maxCostUsd} USD are spent or reserved`;
    return { by: "maxCostUsd", reason: `costs up to ${shown(costUsd)} USD, ${problem}` };
  }

  #refusalOf(bound: Bound, costUsd: number | undefined, tokens: number | undefined): Refusal | undefined {
    const { unit, name, of, description } = bound.budget;
    const whose = of === undefined ? "" : ` of ${description}`;
    if (unit === "usd") {
      if (costUsd === undefined)
        return bound.budget.needsPrices
          ? { by: "budget", budget: name, unpriced: true, reason: unpricedReason }
          : undefined;
      const left = bound.left(this.#committed(bound));
      if (nanoOf(costUsd) <= left) return undefined;
      const reason = `costs up to ${shown(costUsd)} USD, ${shown(usdOf(left))} USD are left${whose}`;
      return { by: "budget", budget: name, reason };
    }
    const left = bound.left(this.#committed(bound));
    if (tokens !== undefined && tokens <= left) return undefined;
    const reason = `uses up to ${tokens ?? "an unknown number of"} tokens, ${left} are left${whose}`;
    return { by: "budget", budget: name, reason };
  }
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

const unpricedReason = "its price is not known, and there is a budget";

function shown(usd: number): string {
  return usd === 0 ? "0" : usd.toPrecision(3);
}
