import type { Candidate, NeededCapability, PlanStep, RequestFacts } from "../../contracts/index.ts";
import { unprovenOf } from "../../plugin/unproven-of.ts";
import { canDo, deeds } from "./capabilities.ts";

/** Returns what answers and refusals of the last hour have shown of a capability; undefined: nothing. */
export type LearntOf = (name: string, capability: NeededCapability) => boolean | undefined;

/** Fallbacks of a plan for a request that needs more than text. */
export interface KnownFirst<Id extends string> {
  readonly fallbacks: readonly Id[];
  /** Addition to the reason of the decision. Absent: the plan's models are known to have what is needed, or no other is. */
  readonly remark?: string | undefined;
}

/** A capability that is not known of a model, or that it has refused for. */
interface Doubt {
  readonly capability: NeededCapability;
  /** True if the model has refused for the lack of it within the last hour. */
  readonly hasRefused: boolean;
}

/**
 * Puts the models that are known to have what the request needs first among the fallbacks, and those that have refused
 * for the lack of it last. The plan stays the policy's, so that its propensity does: where it leads to a model that may
 * not be able, and a known one stands by, the decision says so. Undefined if all models are known to be able.
 */
export function knownFirst<Id extends string>(
  plan: readonly PlanStep<Id>[],
  fallbacks: readonly Id[],
  permitted: readonly Candidate<Id>[],
  request: RequestFacts,
  learntOf: LearntOf,
): KnownFirst<Id> | undefined {
  const doubts = doubtsAbout(permitted, request, learntOf);
  if (doubts === undefined) return undefined;
  const rankOf = (id: Id): number => {
    const doubt = doubts.get(id);
    return doubt === undefined ? 0 : doubt.hasRefused ? 2 : 1;
  };
  const ordered = [...fallbacks].sort((a, b) => rankOf(a) - rankOf(b));
  return { fallbacks: ordered, remark: remarkOn(plan, ordered[0], doubts) };
}

/** Returns the remark on the first doubtful model of a plan; undefined if no other model is any better known. */
function remarkOn<Id extends string>(
  plan: readonly PlanStep<Id>[],
  first: Id | undefined,
  doubts: ReadonlyMap<Id, Doubt>,
): string | undefined {
  const model = plan.find((step) => doubts.has(step.model))?.model;
  const doubt = model && doubts.get(model);
  if (doubt === undefined || first === undefined) return undefined;
  const deed = deeds[doubt.capability];
  const other = doubts.get(first);
  if (doubt.hasRefused)
    return other?.hasRefused ? undefined : `${model} has refused to ${deed}: ${first} is asked first`;
  return other === undefined
    ? `${model} is not known to ${deed}: ${first}, which is, is its fallback`
    : undefined;
}

function doubtsAbout<Id extends string>(
  permitted: readonly Candidate<Id>[],
  request: RequestFacts,
  learntOf: LearntOf,
): ReadonlyMap<Id, Doubt> | undefined {
  let doubts: Map<Id, Doubt> | undefined;
  for (const { id, facts } of permitted) {
    const doubt = doubtAbout(facts, request, learntOf);
    if (doubt === undefined) continue;
    doubts ??= new Map();
    doubts.set(id, doubt);
  }
  return doubts;
}

function doubtAbout(facts: Candidate["facts"], request: RequestFacts, learntOf: LearntOf): Doubt | undefined {
  let doubt: Doubt | undefined;
  for (const capability of unprovenOf(facts, request) ?? []) {
    const learnt = learntOf(facts.name, capability);
    if (learnt === false) return { capability, hasRefused: true };
    if (learnt === undefined && canDo(facts, capability) === undefined)
      doubt ??= { capability, hasRefused: false };
  }
  return doubt;
}
