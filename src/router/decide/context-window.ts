import type { Candidate, Constraint, RequestFacts } from "../../contracts/index.ts";

/**
 * Bounds of exact / estimated tokens. The ratio is in [1 / 1.35, 1 / 0.67] for nine of ten English, code
 * and Chinese texts; the bounds are a little wider.
 */
const lowestRatio = 0.65;
const highestRatio = 1.6;

/** Length of a summary of a conversation that says no limit: a window that is nearly full has no room for it. */
const summaryTokens = 4_000;

/** Returns the output tokens that must fit in addition to the input. */
function reserved({ maxOutputTokens, expectedOutputTokens, step }: RequestFacts): number {
  return maxOutputTokens ?? (step.kind === "summary" ? summaryTokens : expectedOutputTokens);
}

function inputTokensOf(candidate: Candidate, request: RequestFacts): number {
  return candidate.estimatedInputTokens ?? request.inputTokens;
}

/** Refuses a model whose known window or output limit is too small; unknown is permitted. */
export const contextWindow: Constraint = {
  name: "contextWindow",
  permits(candidate: Candidate, { request }) {
    const { contextWindow: window, maxOutputTokens: limit } = candidate.facts;
    if (limit !== undefined && request.maxOutputTokens !== undefined && request.maxOutputTokens > limit) {
      return `answers at most ${limit} tokens, ${request.maxOutputTokens} were asked for`;
    }
    if (window === undefined) return true;
    const needed = inputTokensOf(candidate, request) + reserved(request);
    if (needed <= window) return true;
    return `its window of ${window} tokens is too small for about ${Math.round(needed)}`;
  },
};

/** True if only an exact count of the input can decide whether it fits the model's window. */
export function isNearWindow(candidate: Candidate, request: RequestFacts): boolean {
  const window = candidate.facts.contextWindow;
  if (window === undefined || request.inputTokensExact) return false;
  const estimate = inputTokensOf(candidate, request);
  const room = window - reserved(request);
  return estimate * highestRatio > room && estimate * lowestRatio <= room;
}
