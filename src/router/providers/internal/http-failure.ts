import type { ProviderErrorKind } from "../../../contracts/index.ts";
import { decimalOf, largest, saneWait, valuesOf } from "./header-values.ts";
import { type ReadableHeaders, untilMs } from "./readable-headers.ts";

const kinds: Readonly<Record<number, ProviderErrorKind>> = {
  401: "authentication",
  402: "permission",
  403: "permission",
  404: "not-found",
  408: "timeout",
  409: "conflict",
  413: "too-large",
  // Sent by self-hosted servers when the generation failed.
  424: "server",
  429: "rate-limit",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

/** Returns the meaning of an HTTP status for a provider that says nothing more. */
export function kindOfStatus(status: number): ProviderErrorKind {
  const kind = kinds[status];
  if (kind !== undefined) return kind;
  if (status >= 500) return "server";
  return status >= 400 ? "invalid-request" : "unknown";
}

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
