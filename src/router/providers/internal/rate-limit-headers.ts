import type { CallOptions, RateLimitInfo } from "../../../contracts/index.ts";
import { decimalOf, largest, saneWait, smallest, valuesOf } from "./header-values.ts";
import { hasGet, type ReadableHeaders, untilMs } from "./readable-headers.ts";

/** Reports the rate limits in the headers of an answer or a refusal to `onRateLimit`, if there is one. */
export function reportRateLimit(headers: unknown, onRateLimit: CallOptions["onRateLimit"]): void {
  if (onRateLimit === undefined || !hasGet(headers)) return;
  const info = readRateLimit(headers);
  if (info !== undefined) onRateLimit(info);
}

/** Reports the rate limits in the headers of an error that an SDK threw. */
export function reportRefusal(error: unknown, onRateLimit: CallOptions["onRateLimit"]): void {
  reportRateLimit((error as { headers?: unknown } | null | undefined)?.headers, onRateLimit);
}

/**
 * Reads OpenAI's `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, which many servers imitate, or
 * Anthropic's `anthropic-ratelimit-{requests,tokens}-{limit,remaining,reset}`, else its `input-tokens`.
 * Returns undefined if there are none.
 */
export function readRateLimit(
  headers: ReadableHeaders,
  now: () => number = Date.now,
): RateLimitInfo | undefined {
  const requests = openaiKind(headers, "requests") ?? anthropicKind(headers, "requests", now);
  const tokens =
    openaiKind(headers, "tokens") ??
    anthropicKind(headers, "tokens", now) ??
    anthropicKind(headers, "input-tokens", now);
  if (requests === undefined && tokens === undefined) return undefined;
  return {
    limitRequests: requests?.limit,
    remainingRequests: requests?.remaining,
    resetRequestsMs: requests?.resetMs,
    limitTokens: tokens?.limit,
    remainingTokens: tokens?.remaining,
    resetTokensMs: tokens?.resetMs,
  };
}

/** State of one limit. Absent where the headers do not say what remains: all else of it is then not read. */
interface Kind {
  readonly limit: number | undefined;
  readonly remaining: number;
  readonly resetMs: number | undefined;
}

function openaiKind(headers: ReadableHeaders, kind: string): Kind | undefined {
  const remaining = countIn(headers, `x-ratelimit-remaining-${kind}`);
  if (remaining === undefined) return undefined;
  const resets = valuesOf(headers.get(`x-ratelimit-reset-${kind}`)).map(durationMs);
  return { limit: countIn(headers, `x-ratelimit-limit-${kind}`), remaining, resetMs: largest(resets) };
}

function anthropicKind(headers: ReadableHeaders, kind: string, now: () => number): Kind | undefined {
  const remaining = countIn(headers, `anthropic-ratelimit-${kind}-remaining`);
  if (remaining === undefined) return undefined;
  const limit = countIn(headers, `anthropic-ratelimit-${kind}-limit`);
  const resets = valuesOf(headers.get(`anthropic-ratelimit-${kind}-reset`));
  return { limit, remaining, resetMs: largest(resets.map((value) => untilMs(value, headers, now))) };
}

/** Reads a count. Of several values the most cautious counts. */
function countIn(headers: ReadableHeaders, name: string): number | undefined {
  const value = headers.get(name);
  return value === null ? undefined : smallest(valuesOf(value).map(countOf));
}

/** Largest count that is believed: servers without a limit state a number near 2^63. */
const mostCounted = 1e12;

function countOf(value: string): number | undefined {
  const count = decimalOf(value);
  return count !== undefined && count <= mostCounted ? count : undefined;
}

const unitsMs: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** Parses `1m30.5s`, `12ms`, or a plain number of seconds. */
function durationMs(text: string): number | undefined {
  if (text.length > 40) return undefined;
  const seconds = decimalOf(text);
  if (seconds !== undefined) return saneWait(seconds * 1_000);
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g))
    total += Number(number) * (unitsMs.get(unit ?? "") ?? 0);
  return saneWait(total);
}
