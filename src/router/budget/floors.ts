import type { Amount } from "../../contracts/store.ts";
import { mostAmount } from "./amounts.ts";

/**
 * Part of their limit that new accounts of a budget start with, since accounts that had used no larger part of theirs were
 * forgotten: what was used, and of which limit. So an owner with a large limit that was forgotten locks out none with a small one.
 */
export interface Floor {
  /** Absent: of all owners. */
  readonly of?: { readonly tenant: string | undefined } | undefined;
  /** Start of the period; of sessions without end the time at which it last rose. */
  readonly start: number;
  readonly amount: Amount;
  readonly limit: Amount;
}

/** Returns which part of its limit an owner has used. Of a limit of 0 whatever was used is all. */
export function shareOf(amount: Amount, limit: Amount): number {
  if (limit > 0) return amount / limit;
  return amount > 0 ? 1 : 0;
}

/** Tenants with a floor of their own at most. */
const mostTenants = 64;

/** Floors of one budget: of all owners, and of tenants that had more than their share of the accounts. */
export class Floors {
  readonly #lastMs: number;
  #ofAll: Floor | undefined;
  #ofTenants = new Map<string | undefined, Floor>();

  /** `lastMs`: time after which a floor that has not risen falls again; Infinity for the end of its period. */
  constructor(lastMs: number) {
    this.#lastMs = lastMs;
  }

  /** Returns what an account of a tenant with this limit starts with in the period that begins at `start`. */
  under(tenant: string | undefined, limit: Amount, start: number, now: number): Amount {
    const own = this.#ofTenants.size === 0 ? undefined : this.#ofTenants.get(tenant);
    const floor = this.#share(this.#ofAll, start, now) > this.#share(own, start, now) ? this.#ofAll : own;
    const share = this.#share(floor, start, now);
    if (floor === undefined || share === 0) return 0;
    // To the unit where the limits are the same, as nearly always. Else a product, and never less.
    return floor.limit === limit ? floor.amount : Math.min(mostAmount, Math.ceil(share * limit));
  }

  /** Raises a floor that is lower. */
  raise({ of, start, amount, limit }: Floor, now: number): void {
    const before = of === undefined ? this.#ofAll : this.#ofTenants.get(of.tenant);
    const isLower = before !== undefined && this.#share(before, start, now) > shareOf(amount, limit);
    const floor = isLower ? { ...before, start } : { of, start, amount, limit };
    if (floor.amount === 0) return;
    if (of === undefined) {
      this.#ofAll = floor;
      return;
    }
    this.#ofTenants.set(of.tenant, floor);
    if (this.#ofTenants.size > mostTenants) this.#join(start, now);
  }

  /** Returns the floors that are above 0. */
  all(): readonly Floor[] {
    return [...(this.#ofAll === undefined ? [] : [this.#ofAll]), ...this.#ofTenants.values()];
  }

  clear(): void {
    this.#ofAll = undefined;
    this.#ofTenants.clear();
  }

  #share(floor: Floor | undefined, start: number, now: number): number {
    const isOver = floor === undefined || floor.start < start || now - floor.start >= this.#lastMs;
    return isOver ? 0 : shareOf(floor.amount, floor.limit);
  }

  /** Forgets floors that are over; else the lowest becomes that of all, so that no owner of its tenant gains. */
  #join(start: number, now: number): void {
    let lowest: Floor | undefined;
    for (const [tenant, floor] of this.#ofTenants) {
      const share = this.#share(floor, start, now);
      if (share === 0) this.#ofTenants.delete(tenant);
      else if (lowest === undefined || share < shareOf(lowest.amount, lowest.limit)) lowest = floor;
    }
    if (this.#ofTenants.size <= mostTenants || lowest?.of === undefined) return;
    this.#ofTenants.delete(lowest.of.tenant);
    this.raise({ start: lowest.start, amount: lowest.amount, limit: lowest.limit }, now);
  }
}
