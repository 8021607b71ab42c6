import type { Attempt, Decision, Usage } from "../../contracts/index.ts";

/** Returns the tokens of all attempts together. */
export function totalUsage(attempts: readonly Attempt[]): Usage {
  let total: Usage = { inputTokens: 0, outputTokens: 0 };
  for (const { usage } of attempts) {
    if (usage === undefined) continue;
    total = {
      inputTokens: total.inputTokens + usage.inputTokens,
      outputTokens: total.outputTokens + usage.outputTokens,
      cachedInputTokens: sum(total.cachedInputTokens, usage.cachedInputTokens),
      cacheWriteTokens: sum(total.cacheWriteTokens, usage.cacheWriteTokens),
      reasoningTokens: sum(total.reasoningTokens, usage.reasoningTokens),
      ...rarer(total, usage),
    };
  }
  return total;
}

const rarerParts = [
  "cacheWrite1hTokens",
  "audioInputTokens",
  "cachedAudioInputTokens",
  "imageInputTokens",
  "audioOutputTokens",
  "imageOutputTokens",
  "searches",
] as const satisfies readonly (keyof Usage)[];

/** Returns the sums of the parts that few calls have, without those that none has. */
function rarer(a: Usage, b: Usage): Partial<Usage> | undefined {
  // Field by field: reading them by their names takes ten times as long.
  if (!hasRarer(a) && !hasRarer(b)) return undefined;
  let parts: { -readonly [Key in keyof Usage]?: Usage[Key] } | undefined;
  for (const part of rarerParts) {
    const both = sum(a[part], b[part]);
    if (both !== undefined) parts = { ...parts, [part]: both };
  }
  return parts;
}

function hasRarer(usage: Usage): boolean {
  return (
    usage.cacheWrite1hTokens !== undefined ||
    usage.audioInputTokens !== undefined ||
    usage.cachedAudioInputTokens !== undefined ||
    usage.imageInputTokens !== undefined ||
    usage.audioOutputTokens !== undefined ||
    usage.imageOutputTokens !== undefined ||
    usage.searches !== undefined
  );
}

/** Returns the cost of all attempts together in US dollars; undefined if one cost is not known. */
export function totalCostUsd(attempts: readonly Attempt[]): number | undefined {
  let total = 0;
  for (const { costUsd } of attempts) {
    if (costUsd === undefined) return undefined;
    total += costUsd;
  }
  return total;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

/**
 * Returns the expected cost of all models of a plan in US dollars; one that is not known, or that no budget counts, is 0.
 */
export function planCostUsd({ plan, candidates }: Decision): number {
  const costOf = (id: string): number => {
    const found = candidates.find(({ model }) => model === id);
    return found?.gpu?.inBudgets === false ? 0 : (found?.estimatedCostUsd ?? 0);
  };
  return plan.reduce((sum, { model }) => sum + costOf(model), 0);
}
