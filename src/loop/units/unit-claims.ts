import { nodeCrypto } from "../../plugin/node-crypto.ts";
import type { RolloutStore } from "../books/own-table.ts";
import { oldestKeyOf } from "../oldest-key.ts";
import type { UnitRating, UnitRequest, Units } from "./units.ts";

/** Time for which a unit is known to be counted, in milliseconds: a week. */
const claimMs = 604_800_000;
/** Units that are known to be of this process, or of another. The oldest are forgotten, and claimed in vain. */
const mostKnown = 20_000;
/** Units that wait for the store, and requests that wait with them. More do not count. */
const mostWaiting = 5_000;
const mostRequests = 20_000;
const mostRatings = 20;
/** Units that are claimed at once: a store writes 16 keys at once. */
const mostAtOnce = 15;

interface Claim {
  readonly first: UnitRequest;
  readonly requests: UnitRequest[];
  readonly ratings: UnitRating[];
  /** Value in the store, which tells this claim from all others. */
  readonly value: string;
}

/**
 * Lets each unit count in the process that claims it first: the requests of one unit may reach several processes, and
 * each would take its part for a unit. A claim is written once a unit, after the answer. A process that dies takes the
 * units with it that it has claimed and not counted: nothing counts twice.
 */
export class UnitClaims {
  readonly #store: RolloutStore;
  readonly #units: Units;
  readonly #onInBoth: () => void;
  readonly #process = nodeCrypto().randomUUID();
  #count = 0;
  #epoch = 0;
  /** True: of this process. */
  readonly #known = new Map<string, boolean>();
  readonly #oldestKnown = oldestKeyOf(this.#known);
  readonly #waiting = new Map<string, Claim>();
  #waitingRequests = 0;

  constructor(store: RolloutStore, units: Units, onInBoth: () => void) {
    this.#store = store;
    this.#units = units;
    this.#onInBoth = onInBoth;
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  begin(epoch: number): void {
    this.#epoch = epoch;
    this.#known.clear();
    this.#waiting.clear();
    this.#waitingRequests = 0;
  }

  add(request: UnitRequest): void {
    const { unitHash, arm, revision } = request;
    const isOwn = this.#known.get(unitHash);
    if (isOwn !== undefined) {
      if (isOwn) this.#units.add(request);
      return;
    }
    const claim = this.#waiting.get(unitHash);
    if (claim !== undefined) {
      if (this.#waitingRequests < mostRequests) {
        claim.requests.push(request);
        this.#waitingRequests += 1;
      }
      return;
    }
    if (this.#waiting.size >= mostWaiting) return;
    this.#count += 1;
    this.#waitingRequests += 1;
    const value = `${this.#process}:${this.#count} ${arm} ${revision}`;
    this.#waiting.set(unitHash, { first: request, requests: [request], ratings: [], value });
  }

  rate(rating: UnitRating): void {
    const claim = this.#waiting.get(rating.unitHash);
    if (claim !== undefined && claim.ratings.length < mostRatings) claim.ratings.push(rating);
    if (this.#known.get(rating.unitHash) === true) this.#units.rate(rating);
  }

  /** Claims what waits, as long as `mayGoOn`. Stops when the store does not answer. */
  async flush(mayGoOn: () => boolean): Promise<void> {
    let left = Math.ceil(this.#waiting.size / mostAtOnce) * 4;
    for (; left > 0 && this.isWaiting && mayGoOn(); left -= 1) {
      const batch = [...this.#waiting.values()].slice(0, mostAtOnce);
      const epoch = this.#epoch;
      const nameOf = ({ first }: Claim) => `unit/${epoch}/${first.unitHash}`;
      const done = await this.#store.put(
        batch.map((claim) => ({
          key: this.#store.key(nameOf(claim)),
          value: claim.value,
          expect: "none",
          ttlMs: claimMs,
        })),
      );
      if (done === undefined || epoch !== this.#epoch) return;
      if ("versions" in done) {
        for (const claim of batch) this.#settle(claim, true);
        continue;
      }
      // One of them is claimed already: by another process, or by this one if the answer to a claim was lost.
      const found = await this.#store.get(batch.map(nameOf));
      if (found === undefined || epoch !== this.#epoch) return;
      batch.forEach((claim, at) => {
        const value = found[at]?.value;
        if (value !== undefined) this.#settle(claim, value === claim.value, value);
      });
    }
  }

  #settle(claim: Claim, isOwn: boolean, value = claim.value): void {
    const { unitHash, arm, revision } = claim.first;
    this.#waiting.delete(unitHash);
    this.#waitingRequests -= claim.requests.length;
    this.#known.set(unitHash, isOwn);
    if (this.#known.size > mostKnown) this.#known.delete(this.#oldestKnown() as string);
    if (isOwn) {
      for (const request of claim.requests) this.#units.add(request);
      for (const rating of claim.ratings) this.#units.rate(rating);
      return;
    }
    const [, otherArm, otherRevision] = value.split(" ");
    const isOther = (otherArm === "control" || otherArm === "candidate") && otherArm !== arm;
    // With another revision a unit may have another arm.
    if (isOther && Number(otherRevision) === revision) this.#onInBoth();
  }
}
