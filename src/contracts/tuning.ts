import type { PolicyDescription } from "./policy.ts";

/** What a router needs of a tuning file to tell whether its certificate holds. Plain JSON. */
export interface Tuning {
  /** Hash of the whole file. */
  readonly version: string;
  /** ISO 8601; the certificate does not hold from then on. */
  readonly expiresAt: string;
  /** The policy that is certified, with its parameters; models by name. */
  readonly policy: PolicyDescription;
  /** Names of all models that the policy chooses among. */
  readonly models: readonly string[];
  /** The classifier whose complexity was tuned on. */
  readonly classifier: { readonly name: string; readonly version: string };
}
