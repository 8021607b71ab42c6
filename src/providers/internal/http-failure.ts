import type { ProviderErrorKind } from "../../contracts/index.ts";
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

/**
 * Reads the requested wait, in milliseconds and never negative, from `retry-after-ms` or `retry-after`
 * (seconds or an HTTP date). A date is compared with the response's own `date`, so that clocks need not
 * agree.
 */
export function retryAfterMs(headers: ReadableHeaders, now: () => number = Date.now): number | undefined {
  const milliseconds = Number(headers.get("retry-after-ms") || Number.NaN);
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  const value = headers.get("retry-after");
  if (value === null || value.trim() === "") return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  return untilMs(value, headers, now);
}
