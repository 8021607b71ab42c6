import type { cachedPrefixes } from "./cached-prefixes.ts";
import type { SpendRequest } from "./spend-request.ts";

/** Habits of the large model's prompt cache. */
export interface CacheHabits {
  /** Part of a cacheable prefix that is read from the cache; 1 where it was not measured. */
  readonly hitRate: number;
  /** Number of turns it was measured on. 0: assumed. */
  readonly measuredOn: number;
  /** Part of other inputs that is read from the cache: a system prompt that requests share. */
  readonly otherRate: number;
  /** Part of what was not read that is written to the cache. */
  readonly writeRate: number;
}

/** Fewest turns on which the hit rate is measured. */
const fewestTurns = 30;

/** Measures the habits of the large model's cache on its answers. */
export function cacheHabits(
  requests: readonly SpendRequest[],
  { tokens, followsLarge }: ReturnType<typeof cachedPrefixes>,
): CacheHabits {
  let [read, cacheable, measuredOn, otherRead, otherInput, written, fresh] = [0, 0, 0, 0, 0, 0, 0];
  requests.forEach(({ large }, index) => {
    if (large === undefined) return;
    const cached = large.cachedInputTokens ?? 0;
    const prefix = tokens[index] as number;
    if (prefix > 0 && followsLarge[index] === 1) {
      const most = Math.min(prefix, large.inputTokens);
      read += Math.min(cached, most);
      cacheable += most;
      measuredOn += 1;
    } else if (prefix === 0) {
      otherRead += cached;
      otherInput += large.inputTokens;
    }
    written += large.cacheWriteTokens ?? 0;
    fresh += Math.max(0, large.inputTokens - cached);
  });
  const isMeasured = measuredOn >= fewestTurns;
  return {
    // Not measured: a full hit, which is the least favourable to routing.
    hitRate: isMeasured ? read / cacheable : 1,
    measuredOn: isMeasured ? measuredOn : 0,
    otherRate: otherInput > 0 ? otherRead / otherInput : 0,
    writeRate: fresh > 0 ? Math.min(1, written / fresh) : 0,
  };
}
