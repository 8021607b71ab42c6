import type { Pricing } from "../contracts/ports/index.ts";
import { costOf } from "./cost-of.ts";
import { estimateTokens } from "./estimate-tokens.ts";
import { limitOutputAndTokens } from "./limit-tokens.ts";
import { mostInputTokens } from "./most-input-tokens.ts";
import { usageOrEstimate } from "./usage-of.ts";

/** Prices calls by the facts of their models. */
export const pricing: Pricing = {
  bill({ price }, returned, estimate) {
    const { usage, estimated } = usageOrEstimate(returned, estimate);
    return { usage, estimated, costUsd: price === undefined ? undefined : costOf(price, usage) };
  },
  estimateTokens,
  mostInputTokens,
  limitOutput: limitOutputAndTokens,
};
