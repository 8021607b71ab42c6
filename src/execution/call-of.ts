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
  const bounded = left === undefined ? undefined : limitFor(context, candidate, left, askedOf(context, id));
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

/** Returns the most that a call can cost and use with that many output tokens. */
export function mostOf(context: CallContext, candidate: Candidate, outputTokens: number): LimitedOutput {
  const all: Left = { usd: Number.POSITIVE_INFINITY, by: "budget", tokens: Number.POSITIVE_INFINITY };
  return limitFor(context, candidate, all, outputTokens);
}

/** Returns the output limit that the request asks for, else that of the model's defaults. */
function askedOf({ facts, modelOf }: CallContext, id: string): number | undefined {
  return facts.maxOutputTokens ?? defaultOutputLimit(modelOf(id).defaults);
}

function limitFor(
  { ports, scope, chat, facts }: CallContext,
  {
    facts: model,
    usualOutputTokens = facts.expectedOutputTokens,
    estimatedInputTokens = facts.inputTokens,
  }: Candidate,
  left: Left,
  asked: number | undefined,
): LimitedOutput {
  return ports.pricing.limitOutput({
    model,
    request: {
      inputTokens: estimatedInputTokens,
      inputTokensExact: facts.inputTokensExact,
      mostInputTokens: facts.mostInputTokens,
      images: facts.images,
    },
    asked,
    usualOutputTokens,
    cutAt: scope.cutAt,
    answers: Math.max(1, chat.n ?? 1),
    left,
  });
}
