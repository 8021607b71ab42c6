import { type Completion, isRouterError, type ModelFacts } from "../../../src/contracts/index.ts";
import { pricing, usageOf } from "../../../src/router/cost/inner.ts";

/** Cost of a judge's calls. */
export interface Bill {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Cost in US dollars. Absent if a price or a usage is not known. */
  readonly costUsd?: number | undefined;
}

export const emptyBill: Bill = { calls: 0, inputTokens: 0, outputTokens: 0, costUsd: 0 };

export function addBills(a: Bill, b: Bill): Bill {
  const costUsd = a.costUsd === undefined || b.costUsd === undefined ? undefined : a.costUsd + b.costUsd;
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    ...(costUsd === undefined ? {} : { costUsd }),
  };
}

/** Converts a bill to metadata of a score. */
export function billed({ calls, inputTokens, outputTokens, costUsd }: Bill): Record<string, unknown> {
  return { calls, usage: { inputTokens, outputTokens }, ...(costUsd === undefined ? {} : { costUsd }) };
}

/**
 * Bill of a failed call: a refusal with a status costs nothing; the cost of a call that broke off is not
 * known.
 */
export function billOfFailure(error: unknown): Bill {
  const refused = isRouterError(error, "provider") && error.status !== undefined;
  return { calls: 1, inputTokens: 0, outputTokens: 0, ...(refused ? { costUsd: 0 } : {}) };
}

/** Returns the bill of a call that began at `at`, in milliseconds since the epoch. */
export function billOf(completion: Completion, facts: ModelFacts, at?: number, seconds?: number): Bill {
  if (usageOf(completion.usage) === undefined) return { calls: 1, inputTokens: 0, outputTokens: 0 };
  const { model, service_tier: serviceTier } = completion;
  const { usage, costUsd } = pricing.bill(facts, completion.usage, nothing, {
    model,
    serviceTier,
    at,
    seconds,
  });
  const { inputTokens, outputTokens } = usage;
  return { calls: 1, inputTokens, outputTokens, ...(costUsd === undefined ? {} : { costUsd }) };
}

const nothing = { inputTokens: 0, outputTokens: () => 0 };
