import type {
  Choice,
  Classification,
  ClassifierError,
  Decision,
  PolicyContext,
  RecordedCandidate,
} from "../contracts/index.ts";
import { timestamp } from "../plugin/index.ts";
import type { Certification } from "./certification.ts";
import type { Decided, Settled } from "./deciding.ts";
import type { Drawn } from "./draw.ts";
import { fallbacksOf } from "./fallbacks.ts";
import { keptChoice } from "./kept-choice.ts";
import { planOf } from "./plan-of.ts";
import { recordedFacts } from "./recorded-facts.ts";

/** Classification that the policy was given, or the reason why there is none. */
export interface Asked {
  readonly classification: Classification | undefined;
  readonly error: ClassifierError | undefined;
}

/** Makes the decision of what was drawn. `classified` is absent if the classifier was not asked. */
export function recordDecision<Id extends string>(
  settled: Settled<Id>,
  { choice: drawn, propensity }: Drawn<Id>,
  random: number,
  classified: Asked | undefined,
  forced: boolean,
  inputs?: PolicyContext["inputs"],
): Decided<Id> {
  const choice = keptChoice(drawn);
  const { parts, deciding, candidates, recorded, now } = settled;
  const { certification } = parts;
  const classification = classified?.classification;
  const decision: Decision<Id> = {
    id: deciding.id,
    at: timestamp(now),
    model: choice.model,
    plan: planOf(choice),
    fallbacks: (deciding.fallback ?? !forced) ? fallbacksOf(choice.model, candidates) : [],
    request: recordedFacts(deciding.request),
    classification,
    classifierError: classified?.error?.message,
    candidates: recorded,
    session: settled.session,
    ...(deciding.sessionUnknown !== undefined && { sessionUnknown: deciding.sessionUnknown }),
    spend: settled.spend,
    inputs,
    draw: random,
    policy: parts.description,
    reason: choice.reason,
    expectedCostUsd: expectedCostOf(choice, recorded),
    propensity,
    forced,
    certified: !forced && now < certification.until,
    uncertified: whyUncertified(certification, now, forced),
    versions: classified === undefined ? { ...parts.versions, classifier: "none" } : parts.versions,
  };
  return { decision, choice, request: deciding.request, classifierError: classified?.error };
}

function whyUncertified(
  { until, problem, expired }: Certification,
  now: number,
  forced: boolean,
): string | undefined {
  if (now < until) return forced ? "a pin decided" : undefined;
  return problem ?? expired;
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
