import type { Candidate } from "../../contracts/index.ts";
import type { Deciding, DecisionParts } from "./deciding.ts";

/**
 * True if only a count of the input can decide whether a call of the model can be paid for: with the upper bound
 * of its tokens it cannot, with their estimate it can.
 */
export function isNearBound<Id extends string>(
  { leastCostUsd, leastTokens }: DecisionParts<Id>,
  { request, account, mostWhenCounted }: Deciding<Id>,
  candidate: Candidate<Id>,
): boolean {
  const { leastCostUsd: costUsd = 0, leastTokens: tokens = 0, facts, estimatedInputTokens } = candidate;
  if ((costUsd === 0 && tokens === 0) || request.inputTokensExact || mostWhenCounted === undefined)
    return false;
  const left = account.left(candidate);
  if (left === undefined) return false;
  const { usd, tokens: leftTokens = Number.POSITIVE_INFINITY } = left;
  if (costUsd <= usd && tokens <= leftTokens) return false;
  const estimated = { ...request, mostInputTokens: estimatedInputTokens ?? request.inputTokens };
  return (
    (leastCostUsd(facts, estimated) ?? costUsd) <= usd && (leastTokens?.(facts, estimated) ?? 0) <= leftTokens
  );
}
