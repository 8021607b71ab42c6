import type { QuotaDesk } from "../../contracts/ports/index.ts";
import type { Amount, QuotaLimit } from "../../contracts/store.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { mostAmount } from "./amounts.ts";
import type { Bound, Told } from "./bounds.ts";
import type { Budget } from "./budget-options.ts";
import type { Owner } from "./owners.ts";
import type { SharedWindow, SharedWindows } from "./shared-windows.ts";

/** A budget whose spend is kept by a desk, for this process and others. */
export class SharedBound implements Bound {
  readonly budget: Budget;
  readonly #desk: QuotaDesk;
  readonly #windows: SharedWindows;
  readonly owner: Owner;
  readonly #now: () => number;

  constructor(
    budget: Budget,
    of: {
      readonly desk: QuotaDesk;
      readonly windows: SharedWindows;
      readonly owner: Owner;
      readonly now: () => number;
    },
  ) {
    this.budget = budget;
    this.#desk = of.desk;
    this.#windows = of.windows;
    this.owner = of.owner;
    this.#now = of.now;
  }

  get told(): Told {
    return this.#window().told;
  }

  get end(): number {
    return this.#window().limit.windowEndsAt ?? Number.POSITIVE_INFINITY;
  }

  /** Returns the limit of the window that the desk's clock is in. */
  limit(): QuotaLimit {
    return this.#window().limit;
  }

  used(): Amount {
    const { limit } = this.#window();
    const left = this.#desk.left(limit);
    return Number.isFinite(left) ? Math.max(0, limit.limit - left) : 0;
  }

  spent(): Promise<Amount | undefined> {
    return this.#desk.used(this.limit());
  }

  async claim(threshold: number): Promise<boolean | undefined> {
    const { key, windowEndsAt } = this.limit();
    // A quota of one, which a single process has: what tells is spent.
    const limit = { key: `${key}/told/${threshold}`, limit: 1, windowEndsAt };
    const id = nodeCrypto().randomUUID();
    const answer = await this.#desk.reserve({ id, amount: 1, limits: [limit] });
    this.#desk.settle(id, 1, 0);
    return answer === true || (answer.why === "store" ? undefined : false);
  }

  // What the request has reserved is no longer left at the desk.
  left(): Amount {
    if (!this.budget.refuses) return mostAmount;
    const { limit } = this.#window();
    return Math.min(limit.limit, this.#desk.left(limit));
  }

  /** True if it is known what is left. */
  get isKnown(): boolean {
    return this.#desk.left(this.#window().limit) !== Number.POSITIVE_INFINITY;
  }

  hold(): void {}

  close(): void {}

  #window(): SharedWindow {
    return this.#windows.of(this.owner, this.#desk.now(this.#now()));
  }
}
