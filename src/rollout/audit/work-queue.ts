/** Work that waits and is done, each bounded in number. */
export interface WorkQueue<Item> {
  /** Adds an item. Returns false, and adds nothing, if too many wait. */
  add(item: Item): boolean;
  readonly waiting: number;
  readonly working: number;
  /** Resolves when nothing waits and nothing is worked on. */
  idle(): Promise<void>;
  /** Drops what waits and returns it; what is worked on goes on. */
  drop(): readonly Item[];
}

export interface WorkQueueOptions<Item> {
  readonly places: number;
  readonly mostWaiting: number;
  /** Must not reject. */
  readonly work: (item: Item) => Promise<void>;
}

/** Creates a queue. Work begins in a turn of the event loop of its own: not within the call that adds it. */
export function createWorkQueue<Item>(options: WorkQueueOptions<Item>): WorkQueue<Item> {
  const { places, mostWaiting, work } = options;
  const queue: Item[] = [];
  const working = new Set<Promise<void>>();

  const next = (): void => {
    while (working.size < places && queue.length > 0) {
      const done = work(queue.shift() as Item).finally(() => {
        working.delete(done);
        next();
      });
      working.add(done);
    }
  };

  return {
    add(item) {
      if (queue.length >= mostWaiting) return false;
      queue.push(item);
      setImmediate(next);
      return true;
    },
    get waiting() {
      return queue.length;
    },
    get working() {
      return working.size;
    },
    async idle() {
      while (queue.length > 0 || working.size > 0) {
        next();
        await Promise.all(working);
      }
    },
    drop: () => queue.splice(0),
  };
}
