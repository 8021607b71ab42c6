import type { Policy } from "../../src/contracts/index.ts";
import { describePolicy, readOption } from "../../src/plugin/index.ts";
import { always } from "../always.ts";
import { checkPolicy } from "./check-policy.ts";
import { mapChoices } from "./lottery.ts";

/** A model for a request, or a policy that chooses one. */
export type ModelOrPolicy<Id extends string> = Id | Policy<Id>;

/** The ids that the policies name, without duplicates. */
export function modelsOf(policies: readonly Pick<Policy, "models">[]): readonly string[] {
  return [...new Set(policies.flatMap(({ models }) => models ?? []))];
}

/** The inputs that the policies read, without duplicates; undefined if there are none. */
export function readsOf(policies: readonly Pick<Policy, "reads">[]): Policy["reads"] {
  const inputs = [...new Set(policies.flatMap(({ reads }) => reads ?? []))];
  return inputs.length === 0 ? undefined : inputs;
}

/** The policies among them, as `inner` declares them; undefined if there are none. */
export function policiesOf(uses: readonly ModelOrPolicy<string>[]): Policy["inner"] {
  const policies = uses.filter((use) => typeof use === "object");
  return policies.length === 0 ? undefined : policies;
}

/** Returns a policy unchanged, and a model as a policy that chooses it with the given reason. */
export function toPolicy<Id extends string>(
  option: string,
  use: ModelOrPolicy<Id>,
  reason: string,
): Policy<Id> {
  if (typeof use === "object") {
    checkPolicy(option, use);
    return use;
  }
  readOption({ is: "text" }, option, use);
  return always(use, reason);
}

/** Does the same as `toPolicy`, and puts the given reason before a policy's own reasons. */
export function toExplainedPolicy<Id extends string>(
  option: string,
  use: ModelOrPolicy<Id>,
  reason: string,
): Policy<Id> {
  const policy = toPolicy(option, use, reason);
  if (policy !== use) return policy;
  return {
    ...describePolicy(policy),
    models: policy.models,
    reads: policy.reads,
    inner: policy.inner,
    order: policy.order,
    guards: policy.guards,
    select: (context) =>
      mapChoices(policy.select(context), (choice) => ({ ...choice, reason: `${reason}: ${choice.reason}` })),
  };
}

/** Returns a model or policy as `parameters` hold it. */
export function describeUse(use: ModelOrPolicy<string>): unknown {
  return typeof use === "string" ? use : describePolicy(use);
}
