import type { CallOptions, RateLimitInfo } from "../../contracts/index.ts";
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
  const count = (name: string): number | undefined => {
    const value = headers.get(name);
    if (value === null || value.trim() === "") return undefined;
    const number = Number(value);
    return Number.isFinite(number) && number >= 0 ? number : undefined;
  };
  const anthropic = (kind: string) => ({
    limit: count(`anthropic-ratelimit-${kind}-limit`),
    remaining: count(`anthropic-ratelimit-${kind}-remaining`),
    resetMs: untilMs(headers.get(`anthropic-ratelimit-${kind}-reset`), headers, now),
  });
  const openai = (kind: string) => ({
    limit: count(`x-ratelimit-limit-${kind}`),
    remaining: count(`x-ratelimit-remaining-${kind}`),
    resetMs: durationMs(headers.get(`x-ratelimit-reset-${kind}`)),
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

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses `1m30.5s`, `12ms`, or a plain number of seconds. */
function durationMs(value: string | null): number | undefined {
  if (value === null || value.length > 40) return undefined;
  const text = value.trim();
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g))
    total += Number(number) * (unitsMs[unit ?? ""] ?? 0);
  return total;
}
