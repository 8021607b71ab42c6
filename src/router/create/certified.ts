import { errorType } from "../../contracts/errors/index.ts";
import {
  type Classifier,
  InvalidOptionError,
  isRouterError,
  type Model,
  type PolicyDescription,
} from "../../contracts/index.ts";
import { describePolicy } from "../../plugin/index.ts";
import { packageVersion } from "../../version.ts";
import { certificationOf, type DecisionParts, policyHash, uncertified } from "../decide/index.ts";
import { checkPlainField } from "../request/index.ts";
import { checkPolicyOrder } from "./check-policy-order.ts";
import type { RouterOptions } from "./router-options.ts";

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
