import type { Classifier, Model } from "../contracts/index.ts";
import { estimateCost } from "../cost/cost-of.ts";
import { certificationOf, type DecisionParts, policyHash, uncertified } from "../decision/index.ts";
import { describePolicy } from "../plugin/index.ts";
import type { UsageMeans } from "../state/usage-means.ts";
import { packageVersion } from "../version.ts";
import type { RouterOptions } from "./router-options.ts";

/** Estimates input tokens and cost of a request on a model from the usage of earlier calls. */
export function estimateBy(
  means: Pick<UsageMeans, "calibratedInputTokens" | "expectedOutputTokens">,
): DecisionParts<string>["estimate"] {
  return ({ name, price }, request) => {
    const inputTokens = means.calibratedInputTokens(name, request.inputTokens);
    if (price === undefined) return { inputTokens, costUsd: undefined };
    return {
      inputTokens,
      costUsd: estimateCost(price, inputTokens, means.expectedOutputTokens(name, request)),
    };
  };
}

/** Returns the parts of a decision that describe policy, versions and certification. */
export function certified<Id extends string>(
  { policy, tuning }: RouterOptions<Id>,
  classifier: Classifier,
  models: Readonly<Record<Id, Model>>,
  catalogue: string,
): Pick<DecisionParts<Id>, "description" | "certification" | "versions"> {
  const description = describePolicy(policy);
  const names = Object.fromEntries(Object.entries<Model>(models).map(([id, { name }]) => [id, name]));
  return {
    description,
    certification:
      tuning === undefined
        ? uncertified
        : certificationOf(tuning, { policy: { ...description, models: policy.models }, classifier, names }),
    versions: Object.freeze({
      package: packageVersion,
      classifier: `${classifier.name}@${classifier.version}`,
      catalogue,
      policy: policyHash(description),
    }),
  };
}
