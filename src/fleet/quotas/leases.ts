import type { QuotaLimit } from "../../contracts/index.ts";
import { storeLimit } from "../records/store-key.ts";
import type { DeskParts } from "./desk-parts.ts";
import { Hold, type Lapse } from "./hold.ts";
import { firstToGiveBack, Lease } from "./lease.ts";

/** Leases that a process holds at most; the least recently begun is given back. */
const mostLeases = 10_000;

/** Leases of this process: one of each limit. */
export class Leases {
  readonly #parts: DeskParts;
  readonly #leases = new Map<string, Lease>();

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#leases.size;
  }

  get(key: string): Lease | undefined {
    return this.#leases.get(key);
  }

  all(): Iterable<Lease> {
    return this.#leases.values();
  }

  /** Returns the lease of a limit from which calls may draw; a new one has nothing yet. `tick` is that of the desk. */
  of(limit: QuotaLimit, lapse: Lapse, tick: number): Lease {
    const known = this.#leases.get(limit.key);
    if (known !== undefined) {
      // A lease comes back only if all that draw from it say so.
      const isSafe = lapse === "return" || known.hold.lapse === "spend";
      if (known.isOf(limit) && isSafe && !known.hold.isRetired) return known;
      this.drop(known);
    }
    if (this.#leases.size >= mostLeases) {
      const first = firstToGiveBack(this.#leases.values());
      if (first !== undefined) this.drop(first);
    }
    const { namespace, newId } = this.#parts;
    const lease = new Lease(limit, new Hold(newId(), [storeLimit(namespace, limit)], true, lapse));
    lease.usedTick = tick;
    lease.toldTick = tick;
    this.#leases.set(limit.key, lease);
    return lease;
  }

  /** Gives a lease back, as its calls end. */
  drop(lease: Lease): void {
    if (this.#leases.get(lease.limit.key) === lease) this.#leases.delete(lease.limit.key);
    if (!lease.hold.isRetired) this.#parts.keeper.retire(lease.hold);
  }

  /** Gives back what is free of a lease but for an amount; if that is 0, all of it as its calls end. */
  giveBack(lease: Lease, keep: number): void {
    const { hold, renewal } = lease;
    if (keep > 0 && renewal === undefined && hold.free > keep) void this.#parts.keeper.keep(hold, keep);
    else if (keep === 0 && (hold.free > 0 || hold.held > 0)) this.drop(lease);
  }
}
