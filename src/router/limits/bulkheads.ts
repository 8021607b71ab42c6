/** Bounds the calls under way at each endpoint, and queues those that wait for a place. */
export interface Bulkheads {
  /**
   * Returns `true` if it took a place, `false` if places and queue are full. Otherwise the call is
   * queued, and `onTurn` is called once it has a place, unless `leave` is called first.
   */
  enter(name: string, bounds: BulkheadBounds, onTurn: () => void): boolean | QueuePlace;
  /** Gives a place back, to the call that has waited longest. Call it once for each place. */
  leave(name: string): void;
}

export interface BulkheadBounds {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

export interface QueuePlace {
  /** Leaves the queue. Returns true if the turn had not come yet. */
  leave(): boolean;
}

interface Bulkhead {
  active: number;
  /** In order of arrival. */
  readonly queue: Set<() => void>;
}

/** Creates bulkheads, which hold only endpoints with calls under way. */
export function createBulkheads(): Bulkheads {
  const bulkheads = new Map<string, Bulkhead>();

  return {
    enter(name, { maxConcurrent, maxQueued }, onTurn) {
      let bulkhead = bulkheads.get(name);
      if (bulkhead === undefined) {
        bulkhead = { active: 0, queue: new Set() };
        bulkheads.set(name, bulkhead);
      }
      const { queue } = bulkhead;
      if (bulkhead.active < maxConcurrent) {
        bulkhead.active += 1;
        return true;
      }
      if (queue.size >= maxQueued) return false;
      // A function of its own, so that the same `onTurn` can wait twice.
      const turn = () => onTurn();
      queue.add(turn);
      return { leave: () => queue.delete(turn) };
    },

    leave(name) {
      const bulkhead = bulkheads.get(name);
      if (bulkhead === undefined) return;
      const [next] = bulkhead.queue;
      if (next !== undefined) {
        bulkhead.queue.delete(next);
        next();
      } else {
        bulkhead.active -= 1;
        if (bulkhead.active === 0) bulkheads.delete(name);
      }
    },
  };
}
