import type { PolicyDescription } from "../contracts/policy-facts.ts";

/** A policy that a description holds. */
export interface NestedPolicy {
  readonly name: string;
  /** Names of the policies around it, the outermost first. */
  readonly inside: readonly string[];
}

/** Deepest nesting of parameters that is read. */
const deepest = 64;

/** Returns the policy and all that are nested in its parameters, at any depth, the outermost first. */
export function policiesIn(policy: PolicyDescription): readonly NestedPolicy[] {
  const found: NestedPolicy[] = [];
  const walk = (value: unknown, inside: readonly string[], depth: number): void => {
    if (typeof value !== "object" || value === null || depth > deepest) return;
    if (Array.isArray(value)) {
      for (const one of value) walk(one, inside, depth + 1);
      return;
    }
    const { name, parameters } = value as Partial<PolicyDescription>;
    const isPolicy = typeof name === "string" && typeof parameters === "object" && parameters !== null;
    if (isPolicy) found.push({ name, inside });
    const within = isPolicy ? [...inside, name] : inside;
    for (const one of Object.values(isPolicy ? parameters : value)) walk(one, within, depth + 1);
  };
  walk({ name: policy.name, parameters: policy.parameters ?? {} }, [], 0);
  return found;
}
