import type { Candidate, Hop } from "../contracts/index.ts";
import type { Call } from "../contracts/ports/index.ts";
import type { CallContext } from "./context.ts";
import type { Proposal } from "./plan/index.ts";

/** Returns a call as the ports see it. */
export function callOf(
  { scope, facts, textTokens }: CallContext,
  { id, facts: { name }, estimatedInputTokens, estimatedCostUsd }: Candidate,
  attemptId: string,
  hop: Hop,
  { sparing, lastResort, paid }: Pick<Proposal, "sparing" | "lastResort" | "paid"> = {},
): Call {
  return {
    requestId: scope.id,
    attemptId,
    model: id,
    name,
    hop,
    tenant: facts.tenant,
    inputTokens: estimatedInputTokens ?? facts.inputTokens,
    outputTokens: facts.expectedOutputTokens,
    textTokens,
    costUsd: estimatedCostUsd,
    sparing,
    lastResort,
    paid,
  };
}
