/**
 * Sets an entry and makes it the latest; beyond `max` entries the one that was set longest ago is
 * forgotten. A map iterates in order of insertion, so that is its first.
 */
export function keepLatest<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
