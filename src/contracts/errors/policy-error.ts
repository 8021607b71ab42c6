import { RouterError } from "./router-error.ts";

/** Thrown when a policy throws, has no opinion, or returns something invalid. */
export class PolicyError extends RouterError {
  /** Name of the policy. */
  readonly policy: string;

  constructor(policy: string, problem: string, options?: ErrorOptions) {
    super("policy", `policy ${policy} ${problem}`, options);
    this.policy = policy;
  }

  static {
    PolicyError.prototype.name = "PolicyError";
  }
}
