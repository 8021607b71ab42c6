import type { Amount } from "../../contracts/store.ts";

/**
 * Amount that new accounts of a budget start with, since accounts that had used no more were forgotten: the same part of their limit,
 * and no larger amount. So one with a large limit that was forgotten locks out none with a small one, and many small ones
 * lock out no large one.
 */
export interface Floor {
  /** Absent: of all owners. */
  readonly of?: { readonly tenant: string | undefined } | undefined;
  /** Start of the period; of sessions without end the time at which it last rose. */
  readonly start: number;
  /** The largest part of a limit that was forgotten. */
  readonly amount: Amount;
  readonly limit: Amount;
  /** The largest amount that was forgotten. */
  readonly most: Amount;
}

/** Returns which part of its limit an owner has used. Of a limit of 0 whatever was used is all. */
export function shareOf(amount: Amount, limit: Amount): number {
  if (limit > 0) return amount / limit;
  return amount > 0 ? 1 : 0;
}

const none = { amount: 0, limit: 0, most: 0 };

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
    return Math.max(this.#under(this.#ofAll, limit, start, now), this.#under(own, limit, start, now));
  }

  /** Raises a floor that is lower. */
  raise({ of, start, amount, limit, most }: Floor, now: number): void {
    const known = of === undefined ? this.#ofAll : this.#ofTenants.get(of.tenant);
    const before = known === undefined || this.#share(known, start, now) === 0 ? none : known;
    const larger = shareOf(before.amount, before.limit) > shareOf(amount, limit) ? before : { amount, limit };
    const floor = {
      of,
      start,
      amount: larger.amount,
      limit: larger.limit,
      most: Math.max(before.most, most),
    };
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

  #under(floor: Floor | undefined, limit: Amount, start: number, now: number): Amount {
    const share = this.#share(floor, start, now);
    if (floor === undefined || share === 0) return 0;
    // To the unit where the limits are the same, as nearly always. Else a product, and never less.
    return floor.limit === limit ? floor.amount : Math.min(floor.most, Math.ceil(share * limit));
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
    this.raise({ ...lowest, of: undefined }, now);
  }
}
