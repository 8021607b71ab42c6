/** Map that keeps the entries which were set last. */
export interface Latest<Value> {
  get(key: string): Value | undefined;
  /** Makes the entry the latest one. Beyond the limit, the entry that was set longest ago is forgotten. */
  set(key: string, value: Value): void;
  delete(key: string): void;
  /** Values in the order in which they were last set. */
  values(): Iterable<Value>;
}

/** Creates a map that remembers at most `max` entries. */
export function createLatest<Value>(max: number): Latest<Value> {
  // A map iterates in order of insertion, so that its first entry is the oldest.
  const map = new Map<string, Value>();
  let last: string | undefined;
  return {
    get: (key) => map.get(key),
    set(key, value) {
      if (key !== last) map.delete(key);
      last = key;
      map.set(key, value);
      if (map.size <= max) return;
      for (const oldest of map.keys()) {
        map.delete(oldest);
        return;
      }
    },
    delete(key) {
      if (key === last) last = undefined;
      map.delete(key);
    },
    values: () => map.values(),
  };
}
