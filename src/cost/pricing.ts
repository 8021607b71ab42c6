import type { Completion, ModelFacts, Usage } from "../contracts/index.ts";
import { costOf } from "./cost-of.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import { usageOrEstimate } from "./usage-of.ts";

/** Usage and cost of a call, as the provider states them or else estimated. */
export interface Bill {
  readonly usage: Usage;
  /** True if a side of the usage is an estimate. */
  readonly estimated: boolean;
  /** Cost in US dollars; absent if the price is not known. */
  readonly costUsd: number | undefined;
}

/** Prices calls by the facts of their models. */
export const pricing: {
  readonly bill: (
    model: ModelFacts,
    returned: Partial<NonNullable<Completion["usage"]>> | null | undefined,
    estimate: Parameters<typeof usageOrEstimate>[1],
  ) => Bill;
  readonly estimateTokens: (text: string) => number;
} = {
  bill({ price }, returned, estimate) {
    const { usage, estimated } = usageOrEstimate(returned, estimate);
    return { usage, estimated, costUsd: price === undefined ? undefined : costOf(price, usage) };
  },
  estimateTokens,
};
