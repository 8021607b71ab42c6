import type { PlanStep } from "../../../src/contracts/index.ts";

/**
 * Key of a plan. Plans with one key are one action: the same models in the same order, with checks of the
 * same names.
 */
export function planKey(plan: readonly PlanStep[]): string {
  return JSON.stringify(plan.map(({ model, unless }) => (unless === undefined ? [model] : [model, unless])));
}

/** Describes a plan in words: `small, then large unless numericAnswer accepts`. */
export function showPlanKey(key: string): string {
  const plan = JSON.parse(key) as [model: string, unless?: string][];
  return plan
    .map(([model], at) => (at === 0 ? model : `then ${model} unless ${plan[at - 1]?.[1]} accepts`))
    .join(", ");
}
