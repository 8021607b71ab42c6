import type { PolicyDescription, Tuning } from "../contracts/index.ts";
import { policyHash } from "./policy-hash.ts";
import { withNames } from "./with-names.ts";

/** Until when a router's decisions are certified, told once so that a decision compares two numbers. */
export interface Certification {
  /** Milliseconds since the epoch; -Infinity: they never are. */
  readonly until: number;
  /** Why not, where there is a tuning file. */
  readonly problem: string | undefined;
  /** Why not any more, from `until` on. */
  readonly expired: string | undefined;
}

/** What a router without a tuning file has. */
export const uncertified: Certification = {
  until: Number.NEGATIVE_INFINITY,
  problem: undefined,
  expired: undefined,
};

/** As far as a certificate depends on it. */
export interface CertifiedRouter {
  readonly policy: PolicyDescription & { readonly models?: readonly string[] | undefined };
  readonly classifier: { readonly name: string; readonly version: string };
  /** Names of the models by id. */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * Whether the certificate of a tuning file is about this router: the same models, classifier and policy,
 * with the same parameters, where ids stand for the names that the file says.
 */
export function certificationOf(tuning: Tuning, router: CertifiedRouter): Certification {
  const problem = mismatch(tuning, router);
  return {
    until: problem === undefined ? Date.parse(tuning.expiresAt) : Number.NEGATIVE_INFINITY,
    problem,
    expired: `the certificate of tuning ${tuning.version} has expired on ${tuning.expiresAt}`,
  };
}

function mismatch(tuning: Tuning, { policy, classifier, names }: CertifiedRouter): string | undefined {
  const present = new Set(Object.values(names));
  const missing = tuning.models.find((name) => !present.has(name));
  if (missing !== undefined) return `the router has no model named ${missing}, which was tuned`;
  const wanted = `${tuning.classifier.name}@${tuning.classifier.version}`;
  const given = `${classifier.name}@${classifier.version}`;
  if (wanted !== given) return `the classifier is ${given}, and ${wanted} was tuned`;
  if (policy.name !== tuning.policy.name)
    return `the policy is ${policy.name}, and ${tuning.policy.name} was tuned`;
  const named = withNames(policy, names);
  if (policyHash(named) === policyHash(tuning.policy)) return undefined;
  const fields = Object.keys({ ...tuning.policy.parameters, ...named.parameters });
  const differing = fields.filter((field) => hashOf(named, field) !== hashOf(tuning.policy, field));
  return `other parameters of the policy ${policy.name} were tuned: ${differing.join(", ")} ${differing.length === 1 ? "differs" : "differ"}`;
}

function hashOf({ parameters }: PolicyDescription, field: string): string {
  return policyHash({ name: field, parameters: { value: parameters?.[field] } });
}
