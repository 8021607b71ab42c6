import { DueHeap } from "./due-heap.ts";
import type { Held, Quota, QuotaTable } from "./quota-table.ts";

/** Tables in the memory of this process. */
export class MemoryTable implements QuotaTable {
  readonly #quotas = new Map<string, Quota>();
  readonly #held = new Map<string, Held>();
  readonly #due = new DueHeap();
  #looked: IterableIterator<[string, Quota]> | undefined;

  /** Number of keys and reservations that are kept. */
  get size(): number {
    return this.#quotas.size + this.#held.size;
  }

  quota(key: string): Quota | undefined {
    return this.#quotas.get(key);
  }

  putQuota(key: string, quota: Quota): void {
    this.#quotas.set(key, quota);
    this.#forget(quota.at);
  }

  held(id: string): Held | undefined {
    return this.#held.get(id);
  }

  putHeld(id: string, held: Held): void {
    if (this.#held.get(id)?.dueAt !== held.dueAt) this.#due.add(id, held.dueAt);
    this.#held.set(id, held);
  }

  deleteHeld(id: string): void {
    this.#held.delete(id);
  }

  due(now: number, most: number): readonly string[] {
    const ids: string[] = [];
    for (let first = this.#due.first(); first !== undefined && first.at <= now; first = this.#due.first()) {
      // Its time may have been moved meanwhile; then a later entry has it.
      const counts = this.#held.get(first.id)?.dueAt === first.at;
      if (counts && ids.length === most) break;
      this.#due.removeFirst();
      if (counts) ids.push(first.id);
    }
    return ids;
  }

  /** Looks at two more keys each time, and forgets those that have expired. */
  #forget(now: number): void {
    for (let count = 0; count < 2; count += 1) {
      this.#looked ??= this.#quotas.entries();
      const { value, done } = this.#looked.next();
      if (done || value === undefined) {
        this.#looked = undefined;
        return;
      }
      if (value[1].expiresAt <= now) this.#quotas.delete(value[0]);
    }
  }
}
