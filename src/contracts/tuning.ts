import type { PolicyDescription } from "./policy-facts.ts";

/** The part of a tuning file that tells a router if the certificate holds. Plain JSON. */
export interface Tuning {
  /** Hash of the whole file. */
  readonly version: string;
  /** End of the certificate in ISO 8601. */
  readonly expiresAt: string;
  /** Policy that is certified, with its parameters and with models by name. */
  readonly policy: PolicyDescription;
  /** Names of all models that the policy can choose. */
  readonly models: readonly string[];
  /** Classifier whose complexity the policy was tuned on. */
  readonly classifier: { readonly name: string; readonly version: string };
}
