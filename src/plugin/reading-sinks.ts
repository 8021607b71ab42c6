const reading = new WeakSet<object>();

/**
 * Marks a listener of ours that changes nothing of an event and keeps nothing of it: a router then does not freeze events
 * for its sake, which takes as long as the rest of them. Returns the listener.
 */
export function onlyReads<Sink extends object>(sink: Sink): Sink {
  reading.add(sink);
  return sink;
}

/** True if `onlyReads` has marked the listener. */
export function isReading(sink: object): boolean {
  return reading.has(sink);
}
