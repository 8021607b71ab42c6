/** Keys of the last records, so that one that comes again is known. */
export interface RecentKeys {
  /** Returns true if the key is among the last ones. Else it is from now on; undefined only takes a place. */
  see(key: number | undefined): boolean;
  /** Returns the keys, the oldest first; 0 for a place without one. */
  keys(): readonly number[];
}

/**
 * Creates the keys of the last `size` records, filled with those given. A key that comes again is not put in once more,
 * so it counts again `size` records after it last counted, however often it came in between.
 */
export function recentKeys(size: number, given: readonly number[] = []): RecentKeys {
  const ring: number[] = [];
  const known = new Set<number>();
  let next = 0;
  const put = (key: number) => {
    const leaving = ring[next];
    if (leaving !== undefined && leaving !== 0) known.delete(leaving);
    ring[next] = key;
    if (key !== 0) known.add(key);
    next = (next + 1) % size;
  };
  for (const key of given.slice(-size)) put(known.has(key) ? 0 : key);

  return {
    see(key = 0) {
      const isKnown = key !== 0 && known.has(key);
      put(isKnown ? 0 : key);
      return isKnown;
    },
    keys: () => (ring.length < size ? [...ring] : [...ring.slice(next), ...ring.slice(0, next)]),
  };
}
