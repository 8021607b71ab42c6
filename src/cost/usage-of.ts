import type { Completion, Usage } from "../contracts/index.ts";

/** Counts above this are not believed: no call takes as many, and they would use up any budget. */
const mostTokens = 1e9;

/** Stands in for what a provider does not tell. */
export interface UsageEstimate {
  readonly inputTokens: number;
  /** Asked only where the output is not told. */
  readonly outputTokens: () => number;
}

const nothing: UsageEstimate = { inputTokens: 0, outputTokens: () => 0 };

type Returned = Partial<NonNullable<Completion["usage"]>> | null | undefined;

/**
 * Usage as a provider returned it, in our terms; undefined where a side is not told. In the shape of
 * OpenAI, `prompt_tokens` includes cached tokens and `completion_tokens` reasoning; some servers leave
 * reasoning out of `completion_tokens` but not out of `total_tokens`, so the output is at least what
 * the total leaves. A count that is not a number in [0, 1e9] is taken as not told. A side that is
 * missing is what the total leaves beside the other one, where it leaves any.
 */
export function usageOf(returned: Returned): Usage | undefined {
  const { usage, estimated } = usageOrEstimate(returned, nothing);
  return estimated ? undefined : usage;
}

/** As `usageOf`, but a side that is not told is estimated. */
export function usageOrEstimate(
  returned: Returned,
  estimate: UsageEstimate,
): { readonly usage: Usage; readonly estimated: boolean } {
  const total = told(returned?.total_tokens);
  const prompt = told(returned?.prompt_tokens);
  const completion = told(returned?.completion_tokens);
  const input = prompt ?? left(total, completion);
  const output = completion ?? left(total, prompt);
  const inputTokens = input ?? estimate.inputTokens;
  const outputTokens =
    output === undefined ? estimate.outputTokens() : Math.max(output, left(total, input) ?? 0);
  const details = returned?.prompt_tokens_details;
  const cachedInputTokens = atMost(told(details?.cached_tokens), inputTokens);
  const cacheWriteTokens = atMost(told(details?.cache_write_tokens), inputTokens - (cachedInputTokens ?? 0));
  const reasoningTokens = atMost(told(returned?.completion_tokens_details?.reasoning_tokens), outputTokens);
  const usage = {
    inputTokens,
    outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  };
  return { usage, estimated: input === undefined || output === undefined };
}

/** What a total leaves beside one side of it; undefined where it leaves nothing or one of them is not told. */
function left(total: number | undefined, side: number | undefined): number | undefined {
  return total !== undefined && side !== undefined && total > side ? total - side : undefined;
}

function told(count: unknown): number | undefined {
  return typeof count === "number" && count >= 0 && count <= mostTokens ? count : undefined;
}

function atMost(count: number | undefined, limit: number): number | undefined {
  return count === undefined ? undefined : Math.min(count, limit);
}
