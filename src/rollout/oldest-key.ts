interface Keyed<Key> {
  readonly size: number;
  keys(): IterableIterator<Key>;
}

/**
 * Returns a function that returns the oldest key of a map or set, undefined if it is empty. Each key that it returns must
 * be deleted before it is asked again. A new iterator each time passes all entries that were deleted since the
 * map has grown: 8 microseconds in one of 20,000, more than a request's other work for a rollout.
 */
export function oldestKeyOf<Key>(of: Keyed<Key>): () => Key | undefined {
  let keys = of.keys();
  return () => {
    const { value, done } = keys.next();
    if (!done) return value;
    keys = of.keys();
    return keys.next().value;
  };
}
