import type { Verdict } from "./judge.ts";
import type { RolloutStage, ShadowStatus } from "./rollout-status.ts";

/** The shadow stage as it is judged. */
export interface ShadowJudged {
  readonly stage: RolloutStage & { readonly shadow: true };
  /** Number of the stage, from 0. */
  readonly index: number;
  readonly sinceMs: number;
  readonly minMs: number;
  /** False: no router is attached, so that the candidate cannot be asked. */
  readonly isAttached: boolean;
}

/** Largest share of requests for which the candidate may fail or have no opinion, and of calls that may fail. */
const mostFailed = 0.01;
const mostFailedCalls = 0.1;
/** Number of calls from which their failures count. */
const enoughCalls = 20;

/**
 * Judges the shadow stage: it ends after its requests if the candidate could decide for them and its calls were answered.
 * Pure.
 */
export function judgeShadow(
  shadow: ShadowStatus,
  { stage, index, sinceMs, minMs, isAttached }: ShadowJudged,
): Verdict {
  const { requests, changed, failed, costDifferenceUsd, priced, calls, failedCalls } = shadow;
  const numbers = {
    requests,
    changedShare: shareOf(changed, requests),
    failed,
    costDifferenceUsdPerRequest: shareOf(costDifferenceUsd, priced),
    calls,
    failedCalls,
  };
  const hold = (needs: "units" | "data" | "time" | "a person", reason: string): Verdict => ({
    verdict: "hold",
    needs,
    reason,
    numbers,
  });
  if (!isAttached && requests === 0)
    return hold("data", "no router is attached, so that the candidate cannot be asked: call attach(router)");
  if (requests < stage.requests)
    return hold("units", `the candidate has decided for ${requests} of ${stage.requests} requests`);
  if (failed > mostFailed * requests)
    return hold("a person", `the candidate failed, or had no opinion, for ${failed} of ${requests} requests`);
  if (calls >= enoughCalls && failedCalls > mostFailedCalls * calls)
    return hold("a person", `${failedCalls} of ${calls} calls of the candidate's models failed`);
  if (sinceMs < minMs) return hold("time", "too short a time at this stage");
  const share = (100 * numbers.changedShare).toFixed(1);
  return {
    verdict: "advance",
    to: index + 1,
    reason: `the candidate has decided for ${requests} requests, for ${share} % of them on another model`,
    numbers,
  };
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
