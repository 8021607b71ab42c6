import { RouterError } from "./router-error.ts";

/** A policy threw, had no opinion, or returned what it must not. */
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
