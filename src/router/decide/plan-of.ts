import type { PlanStep, Withheld } from "../../contracts/index.ts";

/** Returns the plan of a choice in the form that decisions record. */
export function planOf<Id extends string>({ model, escalate }: Withheld<Id>): readonly PlanStep<Id>[] {
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
