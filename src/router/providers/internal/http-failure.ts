import { decimalOf, largest, saneWait, valuesOf } from "./header-values.ts";
import { type ReadableHeaders, untilMs } from "./readable-headers.ts";

/** Returns a request id that a message may show: a server may send anything. */
export function requestIdOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[\x21-\x7e]{1,200}$/.test(value) ? value : undefined;
}

/**
 * Reads the requested wait, in milliseconds, from `retry-after-ms`, else `retry-after` (seconds or an HTTP
 * date). Of several values the largest counts, and those that are negative, absurd or no number do not. A date
 * is compared with the response's own `date`, so that clocks need not agree.
 */
export function retryAfterMs(headers: ReadableHeaders, now: () => number = Date.now): number | undefined {
  const inMs = valuesOf(headers.get("retry-after-ms")).map((value) => saneWait(decimalOf(value)));
  const inSeconds = valuesOf(headers.get("retry-after")).map((value) => {
    const seconds = decimalOf(value);
    return seconds === undefined ? untilMs(value, headers, now) : saneWait(seconds * 1_000);
  });
  return largest(inMs) ?? largest(inSeconds);
}
