import type {
  Attempt,
  Completion,
  CompletionChunk,
  Hop,
  HopContext,
  Model,
} from "../../../src/contracts/index.ts";
import type { Account, Admission } from "../../../src/contracts/ports/index.ts";
import { createClock } from "../../../src/plugin/clock.ts";
import { openAccount } from "../../../src/router/budget/account.ts";
import type { Execution } from "../../../src/router/call/context.ts";
import { planRulesOf, readAnswer } from "../../../src/router/call/index.ts";
import { type ExecutionOptions, resolveExecutionOptions } from "../../../src/router/call/options.ts";
import { pricing } from "../../../src/router/cost/plain-pricing.ts";
import { type AdmissionParts, createAdmission } from "../../../src/router/limits/admission.ts";
import { factsOf } from "../../../src/testing/index.ts";

type Breakers = AdmissionParts["breakers"];

/** What a test changes of an execution. Whatever is absent permits everything and costs 0.001 USD a call. */
export interface ExecutionParts {
  readonly models: Readonly<Record<string, Model>>;
  readonly options?: ExecutionOptions;
  readonly plan?: Execution["plan"];
  readonly fallbacks?: readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
  readonly maxCostUsd?: number | undefined;
  readonly clock?: () => number;
  readonly random?: () => number;
  readonly permits?: (id: string, hop: Hop) => true | string;
  readonly estimateCostUsd?: (id: string) => number | undefined;
  /** Spent before the first call. */
  readonly spentUsd?: number;
  readonly breakers?: Partial<Breakers>;
  readonly limits?: AdmissionParts["limits"];
  readonly hedging?: Partial<NonNullable<AdmissionParts["hedging"]>> | undefined;
  readonly retryBudget?: Partial<AdmissionParts["retryBudget"]>;
  readonly admission?: Partial<Admission>;
  readonly account?: Account;
  readonly started?: (id: string) => void;
  readonly skipped?: (id: string, hop: Hop, reason: string) => void;
  readonly openHop?: Execution["openHop"];
}

/** An execution of the first model with the others as fallbacks, without jitter, changed by `parts`. */
export function executionFor(
  parts: ExecutionParts,
): Execution & { readonly attempts: Attempt[]; readonly reported: Attempt[] } {
  const { models, clock: now, random = () => 0, hedging, limits } = parts;
  const [first = "", ...others] = Object.keys(models);
  const hop: HopContext & { end(): void } = {
    signal: new AbortController().signal,
    now: 0,
    generate: () => Promise.reject(new Error("no hop in this test")),
    call: () => Promise.reject(new Error("no hop in this test")),
    permits: () => true,
    end: () => {},
  };
  const reported: Attempt[] = [];
  const attempts: Attempt[] = [];
  const clock = createClock(now ?? Date.now);
  const account = parts.account ?? openAccount({ maxCostUsd: parts.maxCostUsd });
  if (parts.spentUsd !== undefined) {
    account.reserve({ attemptId: "before", costUsd: 0 });
    account.settle("before", parts.spentUsd);
  }
  const facts = factsOf({ ask: "Hello", inputTokens: 10 });
  let calls = 0;
  return {
    ports: {
      clock,
      random,
      admission: {
        ...createAdmission({
          breakers: {
            ask: () => true,
            enter: () => true,
            isOnTrial: () => true,
            abandon: () => {},
            pauseMs: () => 0,
            askedUntil: () => Number.NEGATIVE_INFINITY,
            observe: () => {},
            ...parts.breakers,
          },
          retryBudget: { deposit: () => {}, withdraw: () => true, giveBack: () => {}, ...parts.retryBudget },
          hedging: hedging && {
            deposit: () => {},
            withdraw: () => true,
            giveBack: () => {},
            afterMs: () => undefined,
            ...hedging,
          },
          limits,
          now: clock.wall,
        }),
        ...parts.admission,
      },
      observer: {
        started: ({ model }) => parts.started?.(model),
        surrounds: false,
        within: (_, work) => work(),
        skipped: (_, id, at, reason) => parts.skipped?.(id, at, reason),
        withheld: () => {},
        learnt: () => {},
        ended(_, attempt) {
          reported.push(attempt);
          return undefined;
        },
      },
      pricing,
      options: resolveExecutionOptions(parts.options),
    },
    scope: {
      id: "request",
      tenant: undefined,
      isTold: false,
      isLate: false,
      signal: parts.signal,
      startedAt: clock.monotonic(),
      deadline:
        parts.deadlineMs === undefined
          ? undefined
          : { at: clock.monotonic() + parts.deadlineMs, ms: parts.deadlineMs },
      account,
      cutAt: 0,
      attempts,
      starts: [],
      told: [],
      numberCall() {
        calls += 1;
        return calls;
      },
    },
    signal: parts.signal,
    chat: { messages: [{ role: "user", content: "Hello" }] },
    facts,
    textTokens: undefined,
    plan: parts.plan ?? [{ model: first }],
    fallbacks: parts.fallbacks ?? others,
    rules: planRulesOf(resolveExecutionOptions(parts.options), models),
    modelOf: (id) => models[id] as Model,
    candidateOf: (id) => ({
      id,
      facts: models[id] as Model,
      estimatedInputTokens: facts.inputTokens,
      estimatedCostUsd: parts.estimateCostUsd === undefined ? 0.001 : parts.estimateCostUsd(id),
    }),
    permits: ({ id }, at) => parts.permits?.(id, at) ?? true,
    openHop: parts.openHop ?? (() => ({ ...hop })),
    attempts,
    reported,
  };
}

/** The answer of an execution, chunk by chunk, as a router's stream hands it on; returns it whole. */
export async function* streamOf(
  execution: Execution,
  onEndWhileAway: (error: unknown) => void = () => {},
): AsyncGenerator<CompletionChunk, Completion, undefined> {
  const left = new AbortController();
  const signals = execution.signal ? [execution.signal, left.signal] : [left.signal];
  const reader = readAnswer({ ...execution, signal: AbortSignal.any(signals) }, onEndWhileAway);
  try {
    for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) yield chunk;
  } finally {
    left.abort(new DOMException("the consumer stopped reading", "AbortError"));
  }
  return reader.completion();
}
