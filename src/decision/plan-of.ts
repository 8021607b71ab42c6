import type { Choice, PlanStep } from "../contracts/index.ts";

/** The plan of a choice, as decisions record it. */
export function planOf<Id extends string>({ model, escalate }: Choice<Id>): readonly PlanStep<Id>[] {
  if (escalate === undefined || escalate.length === 0) return [{ model }];
  const plan: PlanStep<Id>[] = [];
  let current = model;
  for (const { unless, to } of escalate) {
    plan.push({ model: current, unless: unless.name });
    current = to;
  }
  plan.push({ model: current });
  return plan;
}
