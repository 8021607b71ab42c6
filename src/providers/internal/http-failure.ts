import type { ProviderErrorKind } from "../../contracts/index.ts";

const kinds: Readonly<Record<number, ProviderErrorKind>> = {
  401: "authentication",
  402: "permission",
  403: "permission",
  404: "not-found",
  408: "timeout",
  409: "conflict",
  413: "too-large",
  // A self-hosted server's word for a generation that failed.
  424: "server",
  429: "rate-limit",
  503: "overloaded",
  504: "timeout",
  529: "overloaded",
};

/** What an HTTP status means where the provider says nothing more. */
export function kindOfStatus(status: number): ProviderErrorKind {
  const kind = kinds[status];
  if (kind !== undefined) return kind;
  if (status >= 500) return "server";
  return status >= 400 ? "invalid-request" : "unknown";
}

interface ReadableHeaders {
  get(name: string): string | null;
}

/**
 * Milliseconds that `retry-after-ms` or `retry-after` (seconds, or an HTTP date, which is read
 * against the response's own `date` so that no clock has to agree) ask to wait; never negative.
 */
export function retryAfterMs(headers: ReadableHeaders, now: () => number = Date.now): number | undefined {
  const milliseconds = Number(headers.get("retry-after-ms") || Number.NaN);
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  const value = headers.get("retry-after");
  if (value === null || value.trim() === "") return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  if (Number.isNaN(at)) return undefined;
  const sent = Date.parse(headers.get("date") ?? "");
  return Math.max(0, at - (Number.isNaN(sent) ? now() : sent));
}
