import type { CompletionUsage } from "../../../contracts/index.ts";

/** Largest count that is believed: no call takes more. */
const mostTokens = 1e9;

/** Returns a count of tokens as a provider states it; undefined for anything that cannot be one. */
export function tokenCount(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= mostTokens ? value : undefined;
}

/** Adds counts; undefined if one of them is not known. */
export function addCounts(...counts: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const count of counts) {
    if (count === undefined) return undefined;
    sum += count;
  }
  return sum;
}

/** Counts of one answer. Undefined: not known, or cannot be a count. */
export interface Counts {
  /** Cached and cache-written input included. */
  readonly input: number | undefined;
  /** Reasoning included. */
  readonly output: number | undefined;
  readonly cached: number | undefined;
  readonly written: number | undefined;
  readonly reasoning: number | undefined;
}

/** Returns the usage of an answer. A count that is not known is left out, so that it is estimated and not taken for 0. */
export function usageOfCounts({
  input,
  output,
  cached,
  written,
  reasoning,
}: Counts): CompletionUsage | undefined {
  if (input === undefined && output === undefined) return undefined;
  const total = addCounts(input, output);
  const known = {
    ...(input !== undefined && { prompt_tokens: input }),
    ...(output !== undefined && { completion_tokens: output }),
    ...(total !== undefined && { total_tokens: total }),
    prompt_tokens_details: {
      ...(cached !== undefined && { cached_tokens: cached }),
      ...(written !== undefined && { cache_write_tokens: written }),
    },
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  };
  return known as CompletionUsage;
}
