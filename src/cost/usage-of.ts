import type { Completion, Usage } from "../contracts/index.ts";

/**
 * Usage as a provider returned it, in our terms; absent when neither input nor output is told. In
 * the shape of OpenAI, `prompt_tokens` includes cached tokens and `completion_tokens` reasoning;
 * some servers leave reasoning out of `completion_tokens` but not out of `total_tokens`, so the
 * output is at least what the total leaves. A count that is not a finite number of at least 0 is
 * taken as not told.
 */
export function usageOf(usage: Completion["usage"] | null): Usage | undefined {
  const total = told(usage?.total_tokens);
  const prompt = told(usage?.prompt_tokens);
  const completion = told(usage?.completion_tokens);
  if (prompt === undefined && completion === undefined) return undefined;
  const inputTokens = prompt ?? Math.max(0, (total ?? 0) - (completion ?? 0));
  const outputTokens = Math.max(completion ?? 0, (total ?? 0) - inputTokens);
  const input = usage?.prompt_tokens_details;
  const cachedInputTokens = atMost(told(input?.cached_tokens), inputTokens);
  const cacheWriteTokens = atMost(told(input?.cache_write_tokens), inputTokens - (cachedInputTokens ?? 0));
  const reasoningTokens = atMost(told(usage?.completion_tokens_details?.reasoning_tokens), outputTokens);
  return {
    inputTokens,
    outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  };
}

function told(count: unknown): number | undefined {
  return typeof count === "number" && Number.isFinite(count) && count >= 0 ? count : undefined;
}

function atMost(count: number | undefined, limit: number): number | undefined {
  return count === undefined ? undefined : Math.min(count, limit);
}
