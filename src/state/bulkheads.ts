/** Calls under way at each endpoint, and those that wait for a place. */
export interface Bulkheads {
  /**
   * `true`: a place is taken. `false`: places and queue are full. Otherwise `onTurn` is called once a
   * place is taken, unless `leave` is called before.
   */
  enter(name: string, bounds: BulkheadBounds, onTurn: () => void): boolean | QueuePlace;
  /** Gives a place back: the one who has waited longest takes it. Once for each place. */
  leave(name: string): void;
}

export interface BulkheadBounds {
  readonly maxConcurrent: number;
  readonly maxQueued: number;
}

export interface QueuePlace {
  /** Whether the turn had not come yet. */
  leave(): boolean;
}

interface Bulkhead {
  active: number;
  /** In order of arrival. */
  readonly queue: Set<() => void>;
}

/** Holds only endpoints with calls under way. */
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
      // One of its own, even where a function waits twice.
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
