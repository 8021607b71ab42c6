import type { PolicyDescription } from "../contracts/policy.ts";

/** The identity of a policy as plain JSON: what a decision records and a combinator's `parameters` nest. */
export function describePolicy({ name, parameters }: PolicyDescription): PolicyDescription {
  return parameters === undefined ? { name } : { name, parameters };
}
