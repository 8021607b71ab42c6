import type { Completion, Usage } from "../contracts/index.ts";

/** Largest count that is accepted: no call takes more, and a larger one would use up any budget. */
const mostTokens = 1e9;

/** Estimates for counts that a provider does not report. */
export interface UsageEstimate {
  readonly inputTokens: number;
  /** Called only where the output is not reported. */
  readonly outputTokens: () => number;
}

const nothing: UsageEstimate = { inputTokens: 0, outputTokens: () => 0 };

type Returned = Partial<NonNullable<Completion["usage"]>> | null | undefined;

/**
 * Converts the usage that a provider returned; undefined where input or output is not reported. In OpenAI's
 * shape, `prompt_tokens` includes cached tokens and `completion_tokens` includes reasoning; some servers
 * leave reasoning out of `completion_tokens` but not out of `total_tokens`, so the output is at least the
 * total minus the input. A count that is not a number in [0, 1e9] counts as not reported. A missing side is
 * the total minus the other side, if that is above 0.
 */
export function usageOf(returned: Returned): Usage | undefined {
  const { usage, estimated } = usageOrEstimate(returned, nothing);
  return estimated ? undefined : usage;
}

/** Does the same as `usageOf`, but estimates a side that is not reported. */
export function usageOrEstimate(
  returned: Returned,
  estimate: UsageEstimate,
): { readonly usage: Usage; readonly estimated: boolean } {
  const total = validCount(returned?.total_tokens);
  const prompt = validCount(returned?.prompt_tokens);
  const completion = validCount(returned?.completion_tokens);
  const input = prompt ?? left(total, completion);
  const output = completion ?? left(total, prompt);
  const inputTokens = input ?? estimate.inputTokens;
  const outputTokens =
    output === undefined ? estimate.outputTokens() : Math.max(output, left(total, input) ?? 0);
  const details = returned?.prompt_tokens_details;
  const cachedInputTokens = atMost(validCount(details?.cached_tokens), inputTokens);
  const cacheWriteTokens = atMost(
    validCount(details?.cache_write_tokens),
    inputTokens - (cachedInputTokens ?? 0),
  );
  const reasoningTokens = atMost(
    validCount(returned?.completion_tokens_details?.reasoning_tokens),
    outputTokens,
  );
  const usage = {
    inputTokens,
    outputTokens,
    ...(cachedInputTokens === undefined ? {} : { cachedInputTokens }),
    ...(cacheWriteTokens === undefined ? {} : { cacheWriteTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
  };
  return { usage, estimated: input === undefined || output === undefined };
}

/** Returns the total minus one side; undefined if that is not above 0 or one of them is not reported. */
function left(total: number | undefined, side: number | undefined): number | undefined {
  return total !== undefined && side !== undefined && total > side ? total - side : undefined;
}

function validCount(count: unknown): number | undefined {
  return typeof count === "number" && count >= 0 && count <= mostTokens ? count : undefined;
}

function atMost(count: number | undefined, limit: number): number | undefined {
  return count === undefined ? undefined : Math.min(count, limit);
}
