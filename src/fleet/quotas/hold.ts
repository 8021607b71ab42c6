import type { QuotaLimit } from "../../contracts/index.ts";

export type Lapse = "spend" | "return";

/**
 * A reservation of this process in the store: of one call in strict mode, of many in leased mode. The store is told
 * totals, so that an answer that was lost, or a message that is sent twice, changes nothing.
 */
export class Hold {
  /** Limits as the store knows them: with the namespace. */
  readonly limits: readonly QuotaLimit[];
  readonly isLease: boolean;
  /** Fate in the store of what is open when this process dies. */
  readonly lapse: Lapse;
  id: string;
  /** True until the store is known to have granted it. It may have, if an answer was lost. */
  isNew = true;
  /** True if nothing more is drawn from it: it is given back as its calls end. */
  isRetired = false;
  /** True while it is told until nothing is left to tell. */
  isBeingTold = false;
  /** Spent in all by calls. */
  spent = 0;
  /** Reserved by calls under way. */
  held = 0;
  /** Part of `spent` that the store counts under an earlier id, which it has forgotten. */
  offset = 0;
  /** Reserved in the store at least, beyond `base`. */
  granted = 0;
  /** True if the store has granted less than it was asked for the last time: then there is no room. */
  isShort = false;
  /** Total that `granted` refers to. */
  base = 0;
  /** Total that the store is known to have been told. */
  told = 0;
  /** Total that the store counts at least once it has forgotten the id. */
  covered = 0;
  /** Time of the store at which it lapses, and until which the store knows the id in any case. */
  lapsesAt: number = Number.POSITIVE_INFINITY;
  knownUntil: number = Number.POSITIVE_INFINITY;
  /** Time of the store at which it was first told to end the reservation. The answer may have been lost. */
  endedFrom: number | undefined;
  /** Number of the store's epoch in which it last answered. */
  epoch = 0;
  /** Rest of each limit as the store last told. */
  left: readonly number[] = [];
  /** The message that is under way. There is never more than one, so that none overtakes another. */
  flight: Promise<unknown> | undefined;

  /** `isLease`: what is free is for other calls. Else it is of one call, and free is what that has given back. */
  constructor(id: string, limits: readonly QuotaLimit[], isLease: boolean, lapse: Lapse = "spend") {
    this.id = id;
    this.limits = limits;
    this.isLease = isLease;
    this.lapse = lapse;
  }

  /** Total to tell under the present id. */
  get total(): number {
    return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, this.spent - this.offset));
  }

  /** Amount that another call may draw; below 0 if more was spent than reserved. */
  get free(): number {
    return this.granted - (this.total - this.base) - this.held;
  }

  /** True if there is something to tell the store. */
  get isDue(): boolean {
    return this.total !== this.told || (this.isRetired && this.granted > this.held);
  }
}
