import { errorType } from "../../contracts/errors/index.ts";
import { isRouterError, type PolicyContext, PolicyError, type RequestFacts } from "../../contracts/index.ts";

/** Returns what a policy reads. Throws `PolicyError` for what that throws. */
export function readInputs(
  policyName: string,
  inputsOf: (request: RequestFacts) => PolicyContext["inputs"],
  request: RequestFacts,
): PolicyContext["inputs"] {
  try {
    return inputsOf(request);
  } catch (cause) {
    if (isRouterError(cause)) throw cause;
    throw new PolicyError(policyName, `what it reads threw an error of type ${errorType(cause)}`, { cause });
  }
}
