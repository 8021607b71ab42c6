import type { PolicyDescription } from "../contracts/policy-facts.ts";

/** Returns the identity of a policy as plain JSON, for decisions and for the `parameters` of combinators. */
export function describePolicy({ name, parameters }: PolicyDescription): PolicyDescription {
  return parameters === undefined ? { name } : { name, parameters };
}
