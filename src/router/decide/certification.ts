import type { Policy, PolicyDescription, Tuning } from "../../contracts/index.ts";
import { guardedBy } from "../../plugin/policies-in.ts";
import { policyHash } from "./policy-hash.ts";
import { withNames } from "./with-names.ts";

/** The period in which a router's decisions are certified, computed once so that a decision compares two numbers. */
export interface Certification {
  /** End of the period in milliseconds since the epoch; -Infinity if there is none. */
  readonly until: number;
  /** Reason why decisions are not certified, where there is a tuning file. */
  readonly problem: string | undefined;
  /** Reason why decisions are no longer certified, from `until` on. */
  readonly expired: string | undefined;
}

/** The certification of a router without a tuning file. */
export const uncertified: Certification = {
  until: Number.NEGATIVE_INFINITY,
  problem: undefined,
  expired: undefined,
};

/** The parts of a router on which a certificate depends. */
export interface CertifiedRouter {
  readonly policy: Policy<string>;
  readonly classifier: { readonly name: string; readonly version: string };
  /** Names of the models by id. */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * Returns the certification of a router by a tuning file. The file applies if the router has the same
 * models, classifier and policy with the same parameters, where ids stand for the names in the file. Policies that guard
 * the tuned one may stand around it: a decision in which they overruled it is not certified.
 */
export function certificationOf(tuning: Tuning, router: CertifiedRouter): Certification {
  const problem = mismatch(tuning, router);
  return {
    until: problem === undefined ? Date.parse(tuning.expiresAt) : Number.NEGATIVE_INFINITY,
    problem,
    expired: `the certificate of tuning ${tuning.version} has expired on ${tuning.expiresAt}`,
  };
}

function mismatch(tuning: Tuning, router: CertifiedRouter): string | undefined {
  const { classifier, names } = router;
  const present = new Set(Object.values(names));
  const missing = tuning.models.find((name) => !present.has(name));
  if (missing !== undefined) return `the router has no model named ${missing}, which was tuned`;
  const wanted = `${tuning.classifier.name}@${tuning.classifier.version}`;
  const given = `${classifier.name}@${classifier.version}`;
  if (wanted !== given) return `the classifier is ${given}, and ${wanted} was tuned`;
  const followed = guardedBy(router.policy).map((policy) => withNames(policy, names));
  const tuned = policyHash(tuning.policy);
  if (followed.some((policy) => policyHash(policy) === tuned)) return undefined;
  const named = followed.find(({ name }) => name === tuning.policy.name);
  if (named === undefined)
    return `the policy is ${followed.at(-1)?.name}, and ${tuning.policy.name} was tuned`;
  const fields = Object.keys({ ...tuning.policy.parameters, ...named.parameters });
  const differing = fields.filter((field) => hashOf(named, field) !== hashOf(tuning.policy, field));
  return `other parameters of the policy ${named.name} were tuned: ${differing.join(", ")} ${differing.length === 1 ? "differs" : "differ"}`;
}

function hashOf({ parameters }: PolicyDescription, field: string): string {
  return policyHash({ name: field, parameters: { value: parameters?.[field] } });
}
