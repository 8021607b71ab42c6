/** Headers of a response, which with another `fetch` are not instances of the global `Headers`. */
export interface ReadableHeaders {
  get(name: string): string | null;
}

/** True if headers can be read. */
export function hasGet(headers: unknown): headers is ReadableHeaders {
  return typeof (headers as { get?: unknown } | undefined)?.get === "function";
}

/**
 * Returns the milliseconds until a date, never negative; undefined if it is not one. The date is compared
 * with the response's own `date`, so that clocks need not agree.
 */
export function untilMs(
  value: string | null,
  headers: ReadableHeaders,
  now: () => number,
): number | undefined {
  const at = Date.parse(value ?? "");
  if (Number.isNaN(at)) return undefined;
  const sent = Date.parse(headers.get("date") ?? "");
  return Math.max(0, at - (Number.isNaN(sent) ? now() : sent));
}
