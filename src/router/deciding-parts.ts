import { errorType } from "../contracts/errors/index.ts";
import {
  type Classifier,
  InvalidOptionError,
  isRouterError,
  type Model,
  type PolicyDescription,
} from "../contracts/index.ts";
import { estimateCost } from "../cost/cost-of.ts";
import { certificationOf, type DecisionParts, policyHash, uncertified } from "../decision/index.ts";
import { describePolicy } from "../plugin/index.ts";
import { checkPlainField } from "../request/index.ts";
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
  const hash = hashOf(description);
  const names = Object.fromEntries(Object.entries<Model>(models).map(([id, { name }]) => [id, name]));
  return {
    description,
    certification:
      tuning === undefined
        ? uncertified
        : certificationOf(tuning, { policy: { ...description, models: policy.models }, classifier, names }),
    versions: {
      package: packageVersion,
      classifier: `${classifier.name}@${classifier.version}`,
      catalogue,
      policy: hash,
    },
  };
}

function hashOf(description: PolicyDescription): string {
  const { name, parameters } = description;
  try {
    // What JSON cannot say, decisions and logs cannot hold either.
    checkPlainField("parameters", parameters);
  } catch (cause) {
    const problem = isRouterError(cause, "invalid-request")
      ? `plain JSON: its ${cause.field} ${cause.problem}`
      : `plain JSON (an error of type ${errorType(cause)})`;
    throw new InvalidOptionError(`policy.parameters of ${name}`, parameters, problem, { cause });
  }
  return policyHash(description);
}
