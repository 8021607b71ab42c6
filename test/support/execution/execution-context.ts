import type { Attempt, HopContext, Model } from "../../../src/contracts/index.ts";
import { costOf } from "../../../src/cost/cost-of.ts";
import { estimateTokens } from "../../../src/cost/estimate-tokens.ts";
import { usageOrEstimate } from "../../../src/cost/usage-of.ts";
import type { ExecutionContext } from "../../../src/execution/context.ts";
import { type ExecutionOptions, resolveExecutionOptions } from "../../../src/execution/options.ts";
import { factsOf } from "../../../src/testing/index.ts";

export interface ContextParts extends Partial<Omit<ExecutionContext, "options" | "modelOf">> {
  readonly models: Readonly<Record<string, Model>>;
  readonly options?: ExecutionOptions;
}

/**
 * Creates an execution of the first model with the others as fallbacks, without jitter, changed by `parts`.
 */
export function contextOf(parts: ContextParts): ExecutionContext & { readonly reported: Attempt[] } {
  const { models, options, ...rest } = parts;
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
  return {
    chat: { messages: [{ role: "user", content: "Hello" }] },
    facts: factsOf({ ask: "Hello", inputTokens: 10 }),
    plan: [{ model: first }],
    fallbacks: others,
    signal: undefined,
    deadlineMs: undefined,
    deadlineAt: undefined,
    maxCostUsd: undefined,
    committed: { usd: 0 },
    attempts: [],
    openHop: () => ({ ...hop }),
    clock: Date.now,
    random: () => 0,
    permits: () => true,
    admit: () => true,
    abandon: () => {},
    admission: undefined,
    pauseMs: () => 0,
    hedging: undefined,
    depositRetry: () => {},
    withdrawRetry: () => true,
    skipped: () => {},
    estimateCostUsd: () => 0.001,
    usageOrEstimate,
    costOf: ({ price }, usage) => (price === undefined ? undefined : costOf(price, usage)),
    estimateTokens,
    started: () => {},
    learn: () => {},
    ended: (attempt) => reported.push(attempt),
    reported,
    ...rest,
    options: resolveExecutionOptions(options),
    modelOf: (id) => models[id] as Model,
  };
}
