import type { Decision } from "../../contracts/index.ts";
import { isOfStep } from "../../plugin/is-of-step.ts";
import type { Families } from "./families.ts";
import type { Labels } from "./labels.ts";

/** Counts decisions. */
export function decisionCounter(
  families: Families,
  labels: Labels,
  large: readonly string[] | undefined,
): (decision: Decision) => void {
  const chosen = large === undefined ? undefined : new Set(large);
  return (decision) => {
    families.decisions_total.add(1, labels.model(decision.model), causeOf(decision));
    if (!decision.certified) families.uncertified_decisions_total.add(1);
    if (chosen?.has(decision.model) ?? isDearest(decision)) families.large_decisions_total.add(1);
    const { classification, arms } = decision;
    if (classification !== undefined) families.complexity.observe(classification.complexity);
    if (arms === undefined) return;
    for (const { comparison, arm } of arms)
      families.arm_decisions_total.add(1, labels.comparison(comparison), labels.arm(arm));
  };
}

/** Returns what chose the model, from a closed set: the caller, a soft limit of a budget, a cap, an agent's step, or the policy. */
export function causeOf(decision: Decision): "pin" | "budget" | "cap" | "step" | "policy" {
  if (decision.forced) return "pin";
  if (decision.degraded?.budget !== undefined) return "budget";
  if (decision.insteadOf === undefined) return "policy";
  return isOfStep(decision) ? "step" : "cap";
}

/** True if no permitted candidate was estimated to cost more, and one was estimated to cost less. */
function isDearest({ candidates, model }: Decision): boolean {
  let mine: number | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  for (const { model: id, permitted, estimatedCostUsd: cost } of candidates) {
    if (permitted !== true || cost === undefined) continue;
    if (id === model) mine = cost;
    if (cost > highest) highest = cost;
    if (cost < lowest) lowest = cost;
  }
  return mine !== undefined && mine === highest && lowest < highest;
}
