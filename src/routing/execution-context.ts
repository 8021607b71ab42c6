import type { Attempt, Candidate, Hop, HopContext, Model, RequestFacts } from "../contracts/index.ts";
import { permits } from "../decision/index.ts";
import type { ExecutionContext } from "../execution/index.ts";
import { chatOf } from "../request/index.ts";
import { emit } from "./emit.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";

/** What of an execution does not depend on its plan. */
type Surroundings = Omit<
  ExecutionContext,
  "chat" | "facts" | "plan" | "fallbacks" | "hop" | "modelOf" | "permits" | "estimateCostUsd"
>;

/** Hands execution what it needs of the router: pricing, events, limits. */
export function surroundingsOf<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  estimatedInputTokens: number | undefined,
): Surroundings {
  return {
    options: parts.execution,
    signal: run.signal,
    deadlineMs: run.deadlineMs,
    deadlineAt: run.deadlineAt,
    maxCostUsd: run.maxCostUsd,
    attempts: run.attempts as Attempt[],
    clock: parts.clock,
    random: parts.random,
    usageOf: parts.usageOf,
    costOf: parts.costOf,
    estimateTokens: parts.estimateTokens,
    started(model, hop) {
      if (parts.onEvent !== undefined)
        emit(parts.onEvent, { type: "attempt-started", decisionId: run.id, model, hop });
    },
    ended(attempt) {
      if (estimatedInputTokens !== undefined && attempt.usage !== undefined && !attempt.costEstimated) {
        parts.observe(attempt.name, estimatedInputTokens, attempt.usage);
      }
      if (parts.onEvent !== undefined) {
        emit(parts.onEvent, { type: "attempt-ended", decisionId: run.id, attempt: attempt as Attempt<Id> });
      }
    },
  };
}

/** The execution of a decided plan. */
export function planExecution<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  request: RequestFacts,
  plan: Pick<ExecutionContext, "plan" | "fallbacks">,
  hop: HopContext,
): ExecutionContext {
  const candidateOf = (id: string): Candidate<Id> => {
    const facts: Model = parts.modelsById[id as Id];
    const { inputTokens, costUsd } = parts.estimate(facts, request);
    return { id: id as Id, facts, estimatedInputTokens: inputTokens, estimatedCostUsd: costUsd };
  };
  return {
    // Images count differently at each provider: such a request teaches nothing about text.
    ...surroundingsOf(parts, run, request.images === 0 ? request.inputTokens : undefined),
    ...plan,
    chat: chatOf(run.request),
    facts: request,
    hop,
    modelOf: (id) => parts.modelsById[id as Id],
    permits: (id: string, at: Hop) =>
      permits(candidateOf(id), run.constraints, { request, hop: at, now: parts.clock() }),
    estimateCostUsd: (id) => candidateOf(id).estimatedCostUsd,
  };
}
