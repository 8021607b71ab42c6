import { RouterError } from "./router-error.ts";

/** Thrown when a policy throws, has no opinion, or returns something invalid. */
export class PolicyError extends RouterError {
  /** Name of the policy. */
  readonly policy: string;
  /** Reasons why models that the policy names may not answer, by id. Absent: none of them is refused. */
  readonly reasons?: Readonly<Record<string, string>>;

  constructor(
    policy: string,
    problem: string,
    options: ErrorOptions & { readonly reasons?: Readonly<Record<string, string>> } = {},
  ) {
    const { reasons, ...rest } = options;
    super("policy", `policy ${policy} ${problem}`, rest);
    this.policy = policy;
    if (reasons !== undefined) this.reasons = reasons;
  }

  static {
    PolicyError.prototype.name = "PolicyError";
  }
}
