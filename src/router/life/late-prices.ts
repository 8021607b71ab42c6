import type { ModelFacts } from "../../contracts/index.ts";
import type { Pricing } from "../../contracts/ports/index.ts";
import { estimateTokens } from "../cost/estimate-tokens.ts";
import { mostInputTokens } from "../cost/most-input-tokens.ts";
import type { EstimateParts, Estimates } from "./estimates.ts";
import { requestParts } from "./late-parts.ts";

/** Prices of calls. What bills and bounds a call is loaded with the parts of the first request, and not with the package. */
export function latePricing(models: readonly ModelFacts[]): Pricing {
  let made: Pricing | undefined;
  const pricing = () => {
    made ??= requestParts.get().createPricing(models);
    return made;
  };
  return {
    bill: (...call) => pricing().bill(...call),
    mayHideOutput: (...call) => pricing().mayHideOutput(...call),
    limitOutput: (call) => pricing().limitOutput(call),
    // A request is counted when it comes.
    estimateTokens,
    mostInputTokens,
  };
}

/** Estimates of what a request takes on a model, loaded in the same way. */
export function lateEstimates(parts: EstimateParts): Estimates {
  let made: Estimates | undefined;
  const estimates = () => {
    made ??= requestParts.get().estimatesOf(parts);
    return made;
  };
  return {
    estimate: (...asked) => estimates().estimate(...asked),
    leastCostUsd: (...asked) => estimates().leastCostUsd(...asked),
    leastTokens: parts.countsTokens ? (...asked) => estimates().leastTokens?.(...asked) ?? 0 : undefined,
  };
}
