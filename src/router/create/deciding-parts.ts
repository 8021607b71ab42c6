import { errorType } from "../../contracts/errors/index.ts";
import {
  type Classifier,
  InvalidOptionError,
  isRouterError,
  type Model,
  type ModelFacts,
  type PolicyDescription,
  type RequestFacts,
} from "../../contracts/index.ts";
import { defaultOutputLimit } from "../../plugin/default-output-limit.ts";
import { describePolicy } from "../../plugin/index.ts";
import { isOutsideBudgets } from "../../plugin/own-gpu.ts";
import { packageVersion } from "../../version.ts";
import { estimateCost } from "../cost/cost-of.ts";
import { leastCostUsd } from "../cost/limit-output.ts";
import { leastTokens } from "../cost/limit-tokens.ts";
import { priceAt, variesInTime } from "../cost/price-at.ts";
import { certificationOf, type DecisionParts, policyHash, uncertified } from "../decide/index.ts";
import type { UsageMeans } from "../health/usage-means.ts";
import { checkPlainField } from "../request/index.ts";
import { checkPolicyOrder } from "./check-policy-order.ts";
import type { RouterOptions } from "./router-options.ts";

/** Estimates input tokens and cost of a request on a model from the usage of earlier calls. */
export function estimateBy(
  means: Pick<UsageMeans, "calibratedInputTokens" | "expectedOutputTokens" | "usualOutputTokens">,
  leastCost: DecisionParts<string>["leastCostUsd"],
  wall: () => number,
  leastTokens?: DecisionParts<string>["leastTokens"],
): DecisionParts<string>["estimate"] {
  return (facts, request, now) => {
    const { name, price } = facts;
    const inputTokens = means.calibratedInputTokens(name, request, now);
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
export function leastCostBy(
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
export function leastTokensBy(
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

/** Returns the parts of a decision that describe policy, versions and certification. */
export function certified<Id extends string>(
  { policy, tuning }: RouterOptions<Id>,
  classifier: Classifier,
  models: Readonly<Record<Id, Model>>,
  catalogue: string,
): Pick<DecisionParts<Id>, "description" | "certification" | "versions"> {
  checkParameters(policy);
  checkPolicyOrder(policy);
  const description = describePolicy(policy);
  const names = Object.fromEntries(Object.entries<Model>(models).map(([id, { name }]) => [id, name]));
  return {
    description,
    certification:
      tuning === undefined ? uncertified : certificationOf(tuning, { policy, classifier, names }),
    versions: Object.freeze({
      package: packageVersion,
      classifier: `${classifier.name}@${classifier.version}`,
      catalogue,
      policy: policyHash(description),
    }),
  };
}

/** Throws unless the parameters are plain JSON: decisions and logs hold them. */
function checkParameters({ name, parameters }: PolicyDescription): void {
  try {
    checkPlainField("parameters", parameters);
  } catch (cause) {
    const problem = isRouterError(cause, "invalid-request")
      ? `plain JSON: its ${cause.field} ${cause.problem}`
      : `plain JSON (an error of type ${errorType(cause)})`;
    throw new InvalidOptionError(`policy.parameters of ${name}`, parameters, problem, { cause });
  }
}
