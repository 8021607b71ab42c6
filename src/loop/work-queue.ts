/** Work that waits and is done, each bounded in number, and both together in size. */
export interface WorkQueue<Item> {
  /** Adds an item of a size. Returns false, and adds nothing, if too many wait, or all would be too large. */
  add(item: Item, size: number): boolean;
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
  /** Largest size of all that waits or is worked on. A larger item does so alone. */
  readonly mostSize: number;
  /** Must not reject. */
  readonly work: (item: Item) => Promise<void>;
}

/** Creates a queue. Work begins in a turn of the event loop of its own: not within the call that adds it. */
export function createWorkQueue<Item>(options: WorkQueueOptions<Item>): WorkQueue<Item> {
  const { places, mostWaiting, mostSize, work } = options;
  const queue: { readonly item: Item; readonly size: number }[] = [];
  let sizes = 0;
  const working = new Set<Promise<void>>();

  const next = (): void => {
    while (working.size < places && queue.length > 0) {
      const { item, size } = queue.shift() as (typeof queue)[number];
      const done = work(item).finally(() => {
        sizes -= size;
        working.delete(done);
        next();
      });
      working.add(done);
    }
  };

  return {
    add(item, size) {
      if (queue.length >= mostWaiting || (sizes > 0 && sizes + size > mostSize)) return false;
      queue.push({ item, size });
      sizes += size;
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
    drop() {
      const dropped = queue.splice(0);
      for (const { size } of dropped) sizes -= size;
      return dropped.map(({ item }) => item);
    },
  };
}
