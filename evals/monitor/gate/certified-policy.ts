import { agree, allOf, anyOf, logprob } from "../../../policies/checks/index.ts";
import { fromDescription } from "../../../policies/internal/from-description.ts";
import type { Check, Model, Policy, PolicyDescription } from "../../../src/contracts/index.ts";

/**
 * Builds the policy of a description, over names of models; `undefined` for a policy that its parameters do
 * not determine. Checks are known by their names: replay uses their recorded verdicts. Throws
 * `InvalidOptionError` if the parameters do not fit the policy.
 */
export function certifiedPolicy(description: PolicyDescription): Policy<string> | undefined {
  return fromDescription(description, (name) => {
    const built = typeof name === "string" ? checkNamed(name) : undefined;
    return built?.name === name ? withoutNothing(built) : { name, accepts: () => false };
  });
}

/** Builds a check of its name, as tuning writes it; undefined for another one. */
function checkNamed(name: string): Check | undefined {
  const min = /^logprob\(min (-?[\d.]{1,20}(?:e-?\d{1,3})?)\)$/.exec(name)?.[1];
  if (min !== undefined) return Number(min) <= 0 ? logprob({ min: Number(min) }) : undefined;
  const combined = /^(allOf|anyOf)\((logprob\([^()]{1,40}\)), (.{1,300})\)$/s.exec(name);
  if (combined !== null) {
    const parts = [combined[2], combined[3]].map((part) => checkNamed(part ?? ""));
    const [one, other] = parts;
    if (one === undefined || other === undefined) return undefined;
    return combined[1] === "allOf" ? allOf(one, other) : anyOf(one, other);
  }
  const other = /^agree\(with (.{1,200})\)$/s.exec(name)?.[1];
  if (other === undefined) return undefined;
  const generate = () => Promise.reject(new Error("replay calls no model"));
  return agree({ with: { name: other, generate } as unknown as Model });
}

/** Returns a check that does not accept where the record lacks what it reads, as in tuning. */
function withoutNothing(check: Check): Check {
  return {
    ...check,
    recorded: (request, record) => check.recorded?.(request, record) ?? { accepted: false },
  };
}
