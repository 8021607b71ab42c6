const reading = new WeakSet<object>();

/**
 * Marks a listener of ours that changes nothing of an event and keeps nothing of it, or such a function of a model of ours: a
 * router then does not freeze events for its sake, nor copy requests, which takes as long as the rest of them. Returns what is marked.
 */
export function onlyReads<Sink extends object>(sink: Sink): Sink {
  reading.add(sink);
  return sink;
}

/** Marks the functions of a model of ours. Returns the model. */
export function readsRequests<Calls extends { readonly generate: object; readonly stream: object }>(
  calls: Calls,
): Calls {
  onlyReads(calls.generate);
  onlyReads(calls.stream);
  return calls;
}

/** True if `onlyReads` has marked the listener or function. */
export function isReading(sink: object): boolean {
  return reading.has(sink);
}
