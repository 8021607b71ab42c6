import type { Attributes } from "@opentelemetry/api";
import type { Decision } from "../../../contracts/index.ts";
import { causeOf } from "../../metrics/on-decision.ts";
import { attributes } from "./names.ts";

/** Attributes of a decision. Tenant and session are not among them: they may name people. */
export function routeAttributes(decision: Decision): Attributes {
  const { arms } = decision;
  return {
    [attributes.decisionId]: decision.id,
    [attributes.model]: decision.model,
    [attributes.cause]: causeOf(decision),
    [attributes.policyName]: decision.policy.name,
    [attributes.policyHash]: decision.versions.policy,
    [attributes.release]: decision.release,
    [attributes.comparisons]: arms?.map(({ comparison }) => comparison),
    [attributes.arms]: arms?.map(({ arm }) => arm),
    [attributes.complexity]: decision.classification?.complexity,
    [attributes.propensity]: decision.propensity,
    [attributes.certified]: decision.certified,
  };
}
