import { PolicyError } from "../../contracts/index.ts";

/** Error of a policy whose choices have arms of a comparison that it does not read. */
export function unknownComparison(policy: string, comparison: string): PolicyError {
  return new PolicyError(
    policy,
    `returned arms of the comparison ${comparison}, and reads no input of that id with unitOf(): pass on what nested policies read`,
  );
}
