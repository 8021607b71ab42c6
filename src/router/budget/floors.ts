import type { Amount } from "../../contracts/store.ts";

/** Amount that new accounts of a budget start with, since accounts that had used no more were forgotten. */
export interface Floor {
  /** Absent: of all owners. */
  readonly of?: { readonly tenant: string | undefined } | undefined;
  /** Start of the period; of sessions without end the time at which it last rose. */
  readonly start: number;
  readonly amount: Amount;
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

  /** Returns what an account of a tenant starts with in the period that begins at `start`. */
  under(tenant: string | undefined, start: number, now: number): Amount {
    const own = this.#ofTenants.size === 0 ? undefined : this.#ofTenants.get(tenant);
    return Math.max(this.#amount(this.#ofAll, start, now), this.#amount(own, start, now));
  }

  /** Raises a floor that is lower. */
  raise({ of, start, amount }: Floor, now: number): void {
    const before = this.#amount(of === undefined ? this.#ofAll : this.#ofTenants.get(of.tenant), start, now);
    const floor = { of, start, amount: Math.max(before, amount) };
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

  #amount(floor: Floor | undefined, start: number, now: number): Amount {
    return floor !== undefined && floor.start >= start && now - floor.start < this.#lastMs ? floor.amount : 0;
  }

  /** Forgets floors that are over; else the lowest becomes that of all, so that no owner of its tenant gains. */
  #join(start: number, now: number): void {
    let lowest: Floor | undefined;
    for (const [tenant, floor] of this.#ofTenants) {
      if (this.#amount(floor, start, now) === 0) this.#ofTenants.delete(tenant);
      else if (lowest === undefined || floor.amount < lowest.amount) lowest = floor;
    }
    if (this.#ofTenants.size <= mostTenants || lowest?.of === undefined) return;
    this.#ofTenants.delete(lowest.of.tenant);
    this.raise({ start: lowest.start, amount: lowest.amount }, now);
  }
}
