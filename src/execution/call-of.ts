import type { Candidate, Hop } from "../contracts/index.ts";
import type { Call, Left } from "../contracts/ports/index.ts";
import type { LimitedOutput } from "../contracts/ports/pricing.ts";
import { defaultOutputLimit } from "../plugin/default-output-limit.ts";
import type { CallContext } from "./context.ts";
import type { Proposal } from "./plan/index.ts";

/** Returns a call as the ports see it. Under a bound it carries an output limit and what it can cost at most. */
export function callOf(
  context: CallContext,
  candidate: Candidate,
  attemptId: string,
  hop: Hop,
  { sparing, lastResort, paid }: Pick<Proposal, "sparing" | "lastResort" | "paid"> = {},
): Call {
  const { scope, facts, textTokens } = context;
  const { id, estimatedInputTokens, estimatedCostUsd } = candidate;
  const { name, price } = candidate.facts;
  const left = scope.account.left();
  const bounded = left === undefined ? undefined : limitFor(context, candidate, left);
  return {
    requestId: scope.id,
    attemptId,
    model: id,
    name,
    hop,
    tenant: facts.tenant,
    category: facts.category,
    inputTokens: estimatedInputTokens ?? facts.inputTokens,
    outputTokens: facts.expectedOutputTokens,
    textTokens,
    costUsd: bounded === undefined || price === undefined ? estimatedCostUsd : bounded.costUsd,
    tokens: bounded?.tokens,
    outputLimit: bounded?.outputLimit,
    limited: bounded?.limited,
    sparing,
    lastResort,
    paid,
  };
}

function limitFor(
  { ports, scope, chat, facts, modelOf }: CallContext,
  {
    id,
    facts: model,
    usualOutputTokens = facts.expectedOutputTokens,
    estimatedInputTokens = facts.inputTokens,
  }: Candidate,
  left: Left,
): LimitedOutput {
  return ports.pricing.limitOutput({
    model,
    request: {
      inputTokens: estimatedInputTokens,
      inputTokensExact: facts.inputTokensExact,
      mostInputTokens: facts.mostInputTokens,
      images: facts.images,
    },
    asked: facts.maxOutputTokens ?? defaultOutputLimit(modelOf(id).defaults),
    usualOutputTokens,
    cutAt: scope.cutAt,
    answers: Math.max(1, chat.n ?? 1),
    left,
  });
}
