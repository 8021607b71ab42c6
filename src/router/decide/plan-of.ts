import type { Candidate, PlanStep, Withheld } from "../../contracts/index.ts";
import { withoutEffort } from "../../plugin/without-effort.ts";

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

/**
 * Returns the models to try if `chosen` fails: those after it in the router's `models` (by convention the
 * more capable ones), nearest first, then those before it, nearest first. Other efforts of it are left out: its
 * endpoint has failed.
 */
export function fallbacksOf<Id extends string>(
  chosen: Id,
  candidates: readonly Candidate<Id>[],
): readonly Id[] {
  if (candidates.length === 1) return [];
  let at = candidates.length - 1;
  while (at >= 0 && candidates[at]?.id !== chosen) at -= 1;
  const failed = keyOf(candidates[at]);
  const ids: Id[] = [];
  for (let index = at + 1; index < candidates.length; index += 1)
    addUnless(failed, candidates[index] as Candidate<Id>, ids);
  for (let index = at - 1; index >= 0; index -= 1) addUnless(failed, candidates[index] as Candidate<Id>, ids);
  return ids;
}

function addUnless<Id extends string>(failed: string | undefined, one: Candidate<Id>, ids: Id[]): void {
  if (keyOf(one) !== failed) ids.push(one.id);
}

function keyOf(candidate: Candidate | undefined): string | undefined {
  return candidate && withoutEffort(candidate.facts.name, candidate.facts);
}
