import type { PolicyDescription } from "../contracts/policy-facts.ts";
import { copyOf } from "./copy-of.ts";
import { deepFreeze } from "./deep-freeze.ts";

/**
 * Returns the identity of a policy as plain JSON, for decisions and for the `parameters` of combinators: a frozen
 * copy, since all decisions of a router hold it.
 */
export function describePolicy({ name, parameters }: PolicyDescription): PolicyDescription {
  return deepFreeze(parameters === undefined ? { name } : { name, parameters: copyOf(parameters) });
}
