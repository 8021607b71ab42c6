import type { Hop, Model } from "../../contracts/index.ts";
import type { Call, Left } from "../../contracts/ports/index.ts";
import type { LimitedOutput } from "../../contracts/ports/pricing.ts";
import { defaultOutputLimit } from "../../plugin/default-output-limit.ts";
import { isOutsideBudgets, machineOf, outputWeightOf } from "../../plugin/own-gpu.ts";
import { askedServiceTier } from "../../plugin/service-tier.ts";
import { unprovenOf } from "../../plugin/unproven-of.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";
import type { CallContext } from "./context.ts";
import type { Proposal } from "./plan/index.ts";
import type { Target } from "./target.ts";

/** Time after the deadline in which a call that it ends may still be counted, in milliseconds. */
const lateMs = 1_000;

/** Price of what no bound counts. */
const free = { usdPerMillionInputTokens: 0, usdPerMillionOutputTokens: 0 };

/** Returns a call as the ports see it. Under a bound it carries an output limit and what it can cost at most. */
export function callOf(
  context: CallContext,
  target: Pick<Target, "id" | "name" | "candidate" | "model">,
  attemptId: string,
  hop: Hop,
  {
    sparing,
    lastResort,
    direct,
    paid,
    spilled,
  }: Pick<Proposal, "sparing" | "lastResort" | "direct" | "paid" | "spilled">,
): Call {
  const { scope, facts, textTokens } = context;
  const { id, name, candidate, model } = target;
  const { estimatedInputTokens, estimatedCostUsd } = candidate;
  const { price, gpu } = candidate.facts;
  const isUnbound = isOutsideBudgets(candidate.facts);
  const left = scope.account.left(candidate);
  const bounded =
    left === undefined
      ? undefined
      : limitFor(context, target, left, facts.maxOutputTokens ?? defaultOutputLimit(model.defaults));
  return {
    requestId: scope.id,
    attemptId,
    model: id,
    name,
    endpoint: withoutEffort(name, candidate.facts),
    hop,
    tenant: facts.tenant,
    category: facts.category,
    inputTokens: estimatedInputTokens ?? facts.inputTokens,
    outputTokens: facts.expectedOutputTokens,
    textTokens,
    costUsd: isUnbound
      ? 0
      : bounded === undefined || price === undefined
        ? estimatedCostUsd
        : bounded.costUsd,
    tokens: bounded?.tokens,
    outputLimit: bounded?.outputLimit,
    limited: bounded?.limited,
    sparing,
    lastResort,
    direct,
    paid,
    spilled,
    unproven: unprovenOf(candidate.facts, facts),
    ...(gpu !== undefined && {
      gpu: {
        machine: machineOf(candidate.facts),
        outputWeight: outputWeightOf(gpu),
        inBudgets: !isUnbound,
        price,
        usdPerEngineSecond: candidate.gpu?.usdPerEngineSecond,
        mostUsd: isUnbound ? undefined : bounded?.costUsd,
      },
    }),
  };
}

/** Returns the most that a call can cost and use with that many output tokens. */
export function mostOf(
  context: CallContext,
  target: Pick<Target, "candidate" | "model">,
  outputTokens: number,
): LimitedOutput {
  const all: Left = { usd: Number.POSITIVE_INFINITY, by: "budget", tokens: Number.POSITIVE_INFINITY };
  return limitFor(context, target, all, outputTokens);
}

function limitFor(
  { ports, scope, chat, facts }: CallContext,
  {
    candidate,
    model: { defaults },
  }: { readonly candidate: Target["candidate"]; readonly model: Pick<Model, "defaults"> },
  left: Left,
  asked: number | undefined,
): LimitedOutput {
  const {
    facts: known,
    usualOutputTokens = facts.expectedOutputTokens,
    estimatedInputTokens = facts.inputTokens,
  } = candidate;
  const model = isOutsideBudgets(known) ? { ...known, price: free } : known;
  const mostMs =
    scope.deadline === undefined ? undefined : scope.deadline.at - ports.clock.monotonic() + lateMs;
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
    left,
    at: ports.clock.wall(),
    mostSeconds: mostMs === undefined ? undefined : Math.max(0, mostMs) / 1_000,
    serviceTier: askedServiceTier(chat, { defaults }),
  });
}
