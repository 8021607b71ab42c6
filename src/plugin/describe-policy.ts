import { errorType, InvalidOptionError, notShown } from "../contracts/errors/index.ts";
import type { PolicyDescription } from "../contracts/policy-facts.ts";
import { copyOf } from "./copy-of.ts";
import { deepFreeze } from "./deep-freeze.ts";

/**
 * Returns the identity of a policy as plain JSON, for decisions and for the `parameters` of combinators: a frozen
 * copy, since all decisions of a router hold it.
 */
export function describePolicy({ name, parameters }: PolicyDescription): PolicyDescription {
  if (parameters === undefined) return Object.freeze({ name });
  try {
    return deepFreeze({ name, parameters: copyOf(parameters) });
  } catch (cause) {
    const problem = `plain JSON (an error of type ${errorType(cause)})`;
    throw new InvalidOptionError(`policy.parameters of ${name}`, notShown, problem, { cause });
  }
}
