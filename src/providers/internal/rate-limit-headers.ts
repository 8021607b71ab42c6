import type { CallOptions, RateLimitInfo } from "../../contracts/index.ts";
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
  // Of several values the most cautious counts.
  const count = (name: string) => smallest(valuesOf(headers.get(name)).map(countOf));
  const anthropic = (kind: string) => ({
    limit: count(`anthropic-ratelimit-${kind}-limit`),
    remaining: count(`anthropic-ratelimit-${kind}-remaining`),
    resetMs: largest(
      valuesOf(headers.get(`anthropic-ratelimit-${kind}-reset`)).map((value) => untilMs(value, headers, now)),
    ),
  });
  const openai = (kind: string) => ({
    limit: count(`x-ratelimit-limit-${kind}`),
    remaining: count(`x-ratelimit-remaining-${kind}`),
    resetMs: largest(valuesOf(headers.get(`x-ratelimit-reset-${kind}`)).map(durationMs)),
  });
  const requests = firstOf([openai("requests"), anthropic("requests")]);
  const tokens = firstOf([openai("tokens"), anthropic("tokens"), anthropic("input-tokens")]);
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

function firstOf<T extends { readonly remaining: number | undefined }>(kinds: readonly T[]): T | undefined {
  return kinds.find(({ remaining }) => remaining !== undefined);
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
