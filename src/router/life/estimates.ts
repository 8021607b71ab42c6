import type { Model, ModelFacts, RequestFacts } from "../../contracts/index.ts";
import { addedBody } from "../../plugin/added-body.ts";
import { defaultOutputLimit } from "../../plugin/default-output-limit.ts";
import { isOutsideBudgets } from "../../plugin/own-gpu.ts";
import { estimateCost } from "../cost/cost-of.ts";
import { leastCostUsd } from "../cost/limit-output.ts";
import { leastTokens } from "../cost/limit-tokens.ts";
import { priceAt, variesInTime } from "../cost/price-at.ts";
import type { DecisionParts } from "../decide/index.ts";
import type { UsageMeans } from "../health/usage-means.ts";

export type Estimates = Pick<DecisionParts<string>, "estimate" | "leastCostUsd" | "leastTokens">;

/** Facts of a router by which requests are estimated. */
export interface EstimateParts {
  readonly models: Readonly<Record<string, Model>>;
  readonly means: Pick<UsageMeans, "calibratedInputTokens" | "expectedOutputTokens" | "usualOutputTokens">;
  readonly wall: () => number;
  /** True if a budget counts tokens. */
  readonly countsTokens: boolean;
}

/** Returns the functions that estimate what a request takes on a model, before a decision. */
export function estimatesOf({ models, means, wall, countsTokens }: EstimateParts): Estimates {
  const leastCost = leastCostBy(models, wall);
  const leastOf = countsTokens ? leastTokensBy(models) : undefined;
  return {
    estimate: estimateBy(means, leastCost, wall, leastOf),
    leastCostUsd: leastCost,
    leastTokens: leastOf,
  };
}

/** Estimates input tokens and cost of a request on a model from the usage of earlier calls. */
function estimateBy(
  means: Pick<UsageMeans, "calibratedInputTokens" | "expectedOutputTokens" | "usualOutputTokens">,
  leastCost: DecisionParts<string>["leastCostUsd"],
  wall: () => number,
  leastTokens?: DecisionParts<string>["leastTokens"],
): DecisionParts<string>["estimate"] {
  return (facts, request, now) => {
    const { name, price } = facts;
    const calibrated = means.calibratedInputTokens(name, request, now);
    const added = addedBody(facts)?.text.length ?? 0;
    // Usage tells what a model adds to a usual request, and nothing of that before the first answer.
    const inputTokens =
      added === 0 ? calibrated : Math.max(calibrated, Math.ceil(request.inputTokens + added / 4));
    const isBounded = request.mostInputTokens !== undefined;
    const costUsd =
      price === undefined
        ? undefined
        : estimateCost(
            variesInTime(price) ? priceAt(price, wall()) : price,
            inputTokens,
            means.expectedOutputTokens(name, request, now),
          );
    return {
      inputTokens,
      costUsd,
      leastCostUsd: isBounded ? leastCost(facts, request) : undefined,
      leastTokens: isBounded ? leastTokens?.(facts, request) : undefined,
      usualOutputTokens: isBounded ? means.usualOutputTokens(name, request, now) : undefined,
    };
  };
}

/** Returns a function that computes `Candidate.leastCostUsd`, knowing the limits in the defaults of models. */
function leastCostBy(
  models: Readonly<Record<string, Model>>,
  wall: () => number,
): DecisionParts<string>["leastCostUsd"] {
  const askedOf = outputLimitBy(models);
  return (facts, request) => {
    if (isOutsideBudgets(facts)) return 0;
    const at = facts.price?.changes === undefined ? undefined : wall();
    return leastCostUsd(facts, request, askedOf(facts, request), { at, mostSeconds: 0 });
  };
}

/** Returns a function that computes `Candidate.leastTokens`, in the same way. */
function leastTokensBy(
  models: Readonly<Record<string, Model>>,
): NonNullable<DecisionParts<string>["leastTokens"]> {
  const askedOf = outputLimitBy(models);
  return (facts, request) => leastTokens(facts, request, askedOf(facts, request));
}

function outputLimitBy(
  models: Readonly<Record<string, Model>>,
): (facts: ModelFacts, request: RequestFacts) => number | undefined {
  const limits = new Map<string, number>();
  for (const { name, defaults } of Object.values(models)) {
    const limit = defaultOutputLimit(defaults);
    if (limit !== undefined) limits.set(name, limit);
  }
  return (facts, request) => request.maxOutputTokens ?? limits.get(facts.name);
}
