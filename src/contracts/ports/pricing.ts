import type { Completion } from "../chat.ts";
import type { ModelFacts } from "../model.ts";
import type { Usage } from "../usage.ts";

/** Prices of calls. */
export interface Pricing {
  /** Returns usage and cost of a call, as the provider states them or else estimated. */
  bill(model: ModelFacts, returned: ReturnedUsage, estimate: UsageEstimate): Bill;
  estimateTokens(text: string): number;
}

export type ReturnedUsage = Partial<NonNullable<Completion["usage"]>> | null | undefined;

export interface UsageEstimate {
  readonly inputTokens: number;
  readonly outputTokens: () => number;
}

export interface Bill {
  readonly usage: Usage;
  /** True if a side of the usage is an estimate. */
  readonly estimated: boolean;
  /** Cost in US dollars; undefined if the price is not known. */
  readonly costUsd: number | undefined;
}
