import type { ResolvedExecutionOptions } from "./options.ts";

/**
 * Returns the milliseconds to wait before retry number `retry` (from 0): uniform in [0, min(cap, base *
 * 2^retry)] ("full jitter"), but never less than the provider asks for.
 */
export function backoffMs(
  retry: number,
  retryAfterMs: number | undefined,
  options: Pick<ResolvedExecutionOptions, "backoffBaseMs" | "backoffCapMs">,
  random: () => number,
): number {
  const longest = Math.min(options.backoffCapMs, options.backoffBaseMs * 2 ** retry);
  return Math.max(random() * longest, retryAfterMs ?? 0);
}
