import { PolicyError } from "../../contracts/index.ts";

/** Error of a policy whose choices have arms of a rollout that it does not read. */
export function unknownRollout(policy: string, rollout: string): PolicyError {
  return new PolicyError(
    policy,
    `returned arms of the rollout ${rollout}, and reads no input of that id with unitOf(): pass on what nested policies read`,
  );
}
