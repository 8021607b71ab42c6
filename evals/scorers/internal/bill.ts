import { type Completion, isRouterError, type Price } from "../../../src/contracts/index.ts";
import { costOf } from "../../../src/cost/cost-of.ts";
import { usageOf } from "../../../src/cost/usage-of.ts";

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

export function billOf(completion: Completion, price: Price | undefined): Bill {
  const usage = usageOf(completion.usage);
  if (usage === undefined) return { calls: 1, inputTokens: 0, outputTokens: 0 };
  const { inputTokens, outputTokens } = usage;
  const cost = price === undefined ? {} : { costUsd: costOf(price, usage) };
  return { calls: 1, inputTokens, outputTokens, ...cost };
}
