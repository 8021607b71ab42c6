import type { Attempt, Candidate, Hop, Model, RequestFacts } from "../contracts/index.ts";
import { permits } from "../decision/index.ts";
import type { Admission, ExecutionContext } from "../execution/index.ts";
import { chatOf } from "../request/index.ts";
import type { Limits } from "../state/limits.ts";
import { emit } from "./emit.ts";
import type { RouterParts } from "./parts.ts";
import type { Run } from "./run.ts";

/** What of an execution depends on what is executed: a plan, or one call of a classifier or a check. */
type Specifics = Pick<
  ExecutionContext,
  "chat" | "facts" | "plan" | "fallbacks" | "signal" | "openHop" | "modelOf" | "permits" | "estimateCostUsd"
> & {
  /** What the hot path had estimated; undefined where the call teaches nothing about it. */
  readonly estimatedInputTokens: number | undefined;
};

/** Hands execution what it needs of the router. Field by field: spreading takes microseconds. */
export function executionOf<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  specifics: Specifics,
): ExecutionContext {
  const { estimatedInputTokens } = specifics;
  return {
    chat: specifics.chat,
    facts: specifics.facts,
    plan: specifics.plan,
    fallbacks: specifics.fallbacks,
    signal: specifics.signal,
    openHop: specifics.openHop,
    modelOf: specifics.modelOf,
    permits: specifics.permits,
    estimateCostUsd: specifics.estimateCostUsd,
    options: parts.execution,
    deadlineMs: run.deadlineMs,
    deadlineAt: run.deadlineAt,
    maxCostUsd: run.maxCostUsd,
    committed: run.committed,
    attempts: run.attempts as Attempt[],
    clock: parts.clock,
    random: parts.random,
    usageOrEstimate: parts.usageOrEstimate,
    costOf: parts.costOf,
    estimateTokens: parts.estimateTokens,
    started(model, hop) {
      run.hold?.started();
      if (parts.onEvent !== undefined)
        emit(parts.onEvent, { type: "attempt-started", decisionId: run.id, model, hop });
    },
    skipped(model, hop, reason) {
      if (parts.onEvent !== undefined)
        emit(parts.onEvent, { type: "attempt-skipped", decisionId: run.id, model, hop, reason });
    },
    admission: parts.limits && admissionOf(parts, parts.limits, run, specifics),
    abandon: (id) => parts.breakers.abandon(specifics.modelOf(id).name),
    admit: (id, afterMs) => parts.breakers.admit(specifics.modelOf(id).name, parts.clock() + afterMs),
    pauseMs: (id) => parts.breakers.pauseMs(specifics.modelOf(id).name, parts.clock()),
    hedging: parts.hedging,
    depositRetry() {
      parts.retryBudget.deposit(parts.clock());
      parts.hedging?.deposit(parts.clock());
    },
    withdrawRetry: (sparing) => parts.retryBudget.withdraw(parts.clock(), sparing),
    learn(attempt) {
      if (estimatedInputTokens !== undefined && attempt.usage !== undefined && !attempt.costEstimated) {
        parts.observe(attempt.name, estimatedInputTokens, attempt.usage);
      }
      parts.observeHealth(attempt);
      parts.breakers.observe(attempt, parts.clock());
    },
    ended(attempt) {
      if (parts.onEvent !== undefined) {
        emit(parts.onEvent, { type: "attempt-ended", decisionId: run.id, attempt: attempt as Attempt<Id> });
      }
    },
  };
}

function admissionOf<Id extends string>(
  { estimate }: RouterParts<Id>,
  limits: Limits,
  run: Run<Id>,
  { facts, modelOf }: Specifics,
): Admission {
  const callOf = (id: string) => {
    const model = modelOf(id);
    const tokens = estimate(model, facts).inputTokens + facts.expectedOutputTokens;
    return { name: model.name, tenant: run.facts.tenant, tokens };
  };
  return {
    delayOf: (id) => limits.delayOf(callOf(id)),
    enter: (id, maxWaitMs) => limits.enter(callOf(id), maxWaitMs),
  };
}

/** The execution of a decided plan. */
export function planExecution<Id extends string>(
  parts: RouterParts<Id>,
  run: Run<Id>,
  request: RequestFacts,
  plan: Pick<ExecutionContext, "plan" | "fallbacks" | "openHop">,
): ExecutionContext {
  const candidateOf = (id: string): Candidate<Id> => {
    const facts: Model = parts.modelsById[id as Id];
    const { inputTokens, costUsd } = parts.estimate(facts, request);
    const health = parts.healthOf(facts.name, parts.clock());
    return { id: id as Id, facts, estimatedInputTokens: inputTokens, estimatedCostUsd: costUsd, health };
  };
  return executionOf(parts, run, {
    chat: chatOf(run.request),
    facts: request,
    plan: plan.plan,
    fallbacks: plan.fallbacks,
    signal: run.signal,
    openHop: plan.openHop,
    modelOf: (id) => parts.modelsById[id as Id],
    permits: (id: string, at: Hop) =>
      permits(candidateOf(id), run.constraints, { request, hop: at, now: parts.clock() }),
    estimateCostUsd: (id) => candidateOf(id).estimatedCostUsd,
    // Images count differently at each provider: such a request teaches nothing about text.
    estimatedInputTokens: request.images === 0 ? request.inputTokens : undefined,
  });
}
