import { boundedWait, dateOf, largest, saneWait, valuesOf, waitOf } from "./header-values.ts";
import { type ReadableHeaders, untilMs } from "./readable-headers.ts";

/** Returns a request id that a message may show: a server may send anything. */
export function requestIdOf(value: unknown): string | undefined {
  return typeof value === "string" && /^[\x21-\x7e]{1,200}$/.test(value) ? value : undefined;
}

/**
 * Reads the requested wait, in milliseconds, from `retry-after-ms`, else `retry-after` (seconds or an HTTP
 * date). Of several values the largest counts, and those that are negative or no number do not. A wait of more than
 * `LONGEST_WAIT_MS` counts as that, if there is no shorter one. A date is compared with the response's own `date`, so that clocks
 * need not agree.
 */
export function retryAfterMs(headers: ReadableHeaders, now: () => number = Date.now): number | undefined {
  const inMs = valuesOf(headers.get("retry-after-ms")).map(waitOf);
  const inSeconds = valuesOf(headers.get("retry-after")).map((value) => {
    const seconds = waitOf(value);
    return seconds === undefined ? untilDate(value, headers, now) : seconds * 1_000;
  });
  return largest(inMs.map(saneWait)) ?? boundedWait([...inSeconds, ...inMs]);
}

/** Years ahead is a wait without end, also where only a clock is wrong. */
function untilDate(value: string, headers: ReadableHeaders, now: () => number): number | undefined {
  const until = untilMs(value, headers, now);
  const at = until === undefined ? dateOf(value) : undefined;
  return at !== undefined && at > now() ? Number.POSITIVE_INFINITY : until;
}
