import { dateOf, LONGEST_WAIT_MS } from "./header-values.ts";

/** Headers of a response, which with another `fetch` are not instances of the global `Headers`. */
export interface ReadableHeaders {
  get(name: string): string | null;
}

/** True if headers can be read. */
export function hasGet(headers: unknown): headers is ReadableHeaders {
  return typeof (headers as { get?: unknown } | undefined)?.get === "function";
}

/**
 * Returns the milliseconds until a date; undefined if it is none, or absurd. The date is compared with the
 * response's own `date`, so that clocks need not agree; one that has just passed is now.
 */
export function untilMs(value: string, headers: ReadableHeaders, now: () => number): number | undefined {
  const at = dateOf(value);
  if (at === undefined) return undefined;
  const sent = dateOf(headers.get("date") ?? "");
  for (const from of sent === undefined ? [now()] : [sent, now()])
    if (Math.abs(at - from) <= LONGEST_WAIT_MS) return Math.max(0, at - from);
  return undefined;
}
