import type { Whole } from "../../contracts/fields.ts";
import type {
  Choice,
  Classification,
  ClassifierError,
  Decision,
  DegradedBy,
  PolicyContext,
  RecordedCandidate,
} from "../../contracts/index.ts";
import { timestamp } from "../../plugin/index.ts";
import { needsAny } from "../../plugin/unproven-of.ts";
import type { Decided, Settled } from "./deciding.ts";
import type { Drawn } from "./draw.ts";
import { knownFirst } from "./known-first.ts";
import { fallbacksOf, planOf } from "./plan-of.ts";
import { promiseStateOf } from "./promise-state.ts";
import { recordedFacts } from "./recorded-facts.ts";

/** Classification that the policy was given, or the reason why there is none. */
export interface Asked {
  readonly classification: Classification | undefined;
  readonly error: ClassifierError | undefined;
}

/** Makes the decision of what was drawn. `classified` is absent if the classifier was not asked. */
export function recordDecision<Id extends string>(
  settled: Settled<Id>,
  { choice: drawn, propensity, arms }: Drawn<Id>,
  random: number,
  classified: Asked | undefined,
  forced: boolean,
  inputs?: PolicyContext["inputs"],
): Decided<Id> {
  const choice = keptChoice(drawn);
  const { parts, deciding, permitted, recorded, degraded, withheld, now } = settled;
  const { certification } = parts;
  const classification = classified?.classification;
  const pause = now < certification.until ? whyPaused(settled, choice, forced) : undefined;
  const plan = planOf(choice);
  const fallbacks = (deciding.fallback ?? !forced) ? fallbacksOf(choice.model, permitted) : [];
  const known = needsAny(deciding.request)
    ? knownFirst(plan, fallbacks, permitted, deciding.request, parts.learntOf)
    : undefined;
  const reason = reasonOf(choice.reason, degraded);
  const decision: Whole<Decision<Id>> = {
    id: deciding.id,
    at: timestamp(now),
    model: choice.model,
    plan,
    insteadOf: choice.insteadOf && planOf(choice.insteadOf),
    fallbacks: known?.fallbacks ?? fallbacks,
    request: recordedFacts(deciding.request),
    classification,
    classifierError: classified?.error?.message,
    candidates: recorded,
    session: settled.session,
    // No spread pattern: with one, all that follows takes five times as long to make and to write.
    sessionUnknown: deciding.sessionUnknown,
    spend: settled.spend,
    budgets: settled.budgets,
    degraded,
    inputs,
    arms,
    release: parts.release,
    draw: random,
    policy: parts.description,
    reason: known?.remark === undefined ? reason : `${reason}; ${known.remark}`,
    expectedCostUsd: expectedCostOf(choice, recorded),
    propensity,
    forced,
    certified: now < certification.until && pause === undefined,
    uncertified: now < certification.until ? pause : (certification.problem ?? certification.expired),
    versions: classified === undefined ? { ...parts.versions, classifier: "none" } : parts.versions,
  };
  return {
    decision,
    choice,
    request: deciding.request,
    classifierError: classified?.error,
    withheld,
  };
}

function reasonOf(reason: string, degraded: DegradedBy | undefined): string {
  return degraded === undefined || reason === degraded.reason ? reason : `${reason}; ${degraded.reason}`;
}

/** Returns the reason why a valid certificate does not apply to the decision; undefined if it does. */
function whyPaused<Id extends string>(
  { parts, deciding, degraded }: Settled<Id>,
  { insteadOf }: Choice<Id>,
  forced: boolean,
): string | undefined {
  if (forced) return "a pin decided";
  const state = promiseStateOf(parts.promise, deciding.request);
  if (state !== "kept") return `the promise on quality is ${state === "broken" ? "broken" : "at risk"}`;
  if (degraded !== undefined)
    return `a ${degraded.budget === undefined ? "wish of the sender" : `soft limit of the budget ${degraded.budget}`} narrowed the choice`;
  return insteadOf && "another plan than the policy's was taken";
}

/** Returns the cost that the choice states for its whole plan, else the estimate of its model. */
function expectedCostOf<Id extends string>(
  { model, escalate, expectedCostUsd }: Choice<Id>,
  recorded: readonly RecordedCandidate<Id>[],
): number | undefined {
  if (expectedCostUsd !== undefined || (escalate !== undefined && escalate.length > 0))
    return expectedCostUsd;
  for (const candidate of recorded) if (candidate.model === model) return candidate.estimatedCostUsd;
  return undefined;
}

/**
 * Returns a copy of a choice that its policy cannot change: the checks of its steps are read when the calls are
 * made, and a policy may use one object for all requests.
 */
function keptChoice<Id extends string>(choice: Choice<Id>): Choice<Id> {
  // The shared choices of our policies are frozen.
  if (
    choice.escalate === undefined &&
    choice.insteadOf === undefined &&
    choice.arms === undefined &&
    Object.isFrozen(choice)
  )
    return choice;
  const { model, reason, probability, escalate, expectedCostUsd, insteadOf, arms } = choice;
  return {
    model,
    reason,
    probability,
    escalate: escalate?.map(({ unless, to }) => ({ unless, to })),
    expectedCostUsd,
    insteadOf: insteadOf && {
      model: insteadOf.model,
      escalate: insteadOf.escalate?.map(({ unless, to }) => ({ unless, to })),
    },
    arms: arms?.map(({ comparison, arm, low, high }) => ({ comparison, arm, low, high })),
  };
}
