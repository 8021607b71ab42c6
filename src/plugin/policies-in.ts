import { InvalidOptionError } from "../contracts/errors/index.ts";
import type { Policy, PolicyOrder } from "../contracts/policy.ts";
import { checkMethods, checkText } from "./option-checks.ts";

/** A policy and the policies around it, the outermost first. */
export interface NestedPolicy {
  readonly policy: Policy<string>;
  readonly around: readonly Policy<string>[];
}

const deepest = 64;
const orders: Readonly<Record<PolicyOrder, true>> = {
  "tenant-cap": true,
  promise: true,
  session: true,
  rollout: true,
};

/**
 * Returns the policy and all that it declares as `inner`, at any depth, the outermost first. Throws
 * `InvalidOptionError` for a policy whose declarations are wrong.
 */
export function policiesIn(option: string, policy: Policy<string>): readonly NestedPolicy[] {
  const found: NestedPolicy[] = [];
  const walk = (place: string, one: Policy<string>, around: readonly Policy<string>[]): void => {
    if (around.length === deepest)
      throw new InvalidOptionError(
        option,
        policy.name,
        `policies within each other, at most ${deepest} deep`,
      );
    checkDeclared(place, one);
    found.push({ policy: one, around });
    one.inner?.forEach((inside, index) => {
      walk(`${place}.inner[${index}]`, inside, [...around, one]);
    });
  };
  walk(option, policy, []);
  return found;
}

/** Returns the policy, the one that it guards, the one that this guards, and so on. */
export function guardedBy(policy: Policy<string>): readonly Policy<string>[] {
  const followed = policy.guards === true ? policy.inner?.[0] : undefined;
  return followed === undefined ? [policy] : [policy, ...guardedBy(followed)];
}

function checkDeclared(option: string, policy: Policy<string>): void {
  checkMethods(option, policy, ["select"]);
  checkText(`${option}.name`, policy.name);
  const { inner, order, guards = false } = policy;
  if (inner !== undefined && !Array.isArray(inner))
    throw new InvalidOptionError(`${option}.inner`, inner, "an array of policies");
  if (order !== undefined && !Object.hasOwn(orders, order))
    throw new InvalidOptionError(`${option}.order`, order, `one of ${Object.keys(orders).join(", ")}`);
  if (typeof guards !== "boolean") throw new InvalidOptionError(`${option}.guards`, guards, "true or false");
  if (guards && (inner === undefined || inner.length === 0))
    throw new InvalidOptionError(`${option}.guards`, guards, "false without a policy in `inner` to follow");
}
