/** Headers that never change, and what was read of them. */
const known = new WeakMap<object, readonly string[] | undefined>();

/** Freezes headers that many requests have: a transport of ours then checks them once. Returns them. */
export function fixedHeaders<Headers extends Readonly<Record<string, string>>>(headers: Headers): Headers {
  known.set(Object.freeze(headers), undefined);
  return headers;
}

/** Returns the names and values that were read of fixed headers; undefined if none were, or they may change. */
export function readFixed(headers: object): readonly string[] | undefined {
  return known.get(headers);
}

/** Keeps what was read of headers, unless they may change. */
export function keepFixed(headers: object, read: readonly string[]): void {
  if (known.has(headers)) known.set(headers, read);
}
