import { errorType } from "../../contracts/errors/index.ts";
import type { Whole } from "../../contracts/fields.ts";
import type {
  Candidate,
  Constraint,
  ConstraintContext,
  RecordedCandidate,
  RequestFacts,
} from "../../contracts/index.ts";
import { addedBody } from "../../plugin/added-body.ts";
import { dropPromises } from "../../plugin/index.ts";
import { unprovenOf } from "../../plugin/unproven-of.ts";
import { withAddedText } from "../../plugin/with-added-text.ts";
import { ownConstraints } from "./own-constraints.ts";

/**
 * Returns `true`, or the name of the first constraint that refuses and its reason. Candidate and context are
 * frozen for the constraints of a team: none can change what the next one sees, or what a call is taken to cost.
 */
export function permits<Id extends string>(
  candidate: Candidate<Id>,
  constraints: readonly Constraint<Id>[],
  context: ConstraintContext,
): true | string {
  const last = constraints[constraints.length - 1];
  let seen = context;
  if (last !== undefined && !ownConstraints.includes(last)) {
    const added = addedBody(candidate.facts)?.text;
    if (added) seen = { ...context, request: withAddedText(context.request, added) };
    Object.freeze(candidate);
    if (candidate.health !== undefined) Object.freeze(candidate.health);
    Object.freeze(seen);
  }
  for (const constraint of constraints) {
    if (constraint.yields === true) continue;
    const answer = ask(constraint, candidate, seen);
    if (answer !== true) return `${constraint.name}: ${answer}`;
  }
  return true;
}

/** Asks a constraint. It fails closed: one that throws, or returns anything but `true`, does not permit. */
export function ask<Id extends string>(
  constraint: Constraint<Id>,
  candidate: Candidate<Id>,
  context: ConstraintContext,
): true | string {
  try {
    const answer: unknown = constraint.permits(candidate, context);
    if (answer === true) return true;
    if (dropPromises(answer)) return "it answered with a promise: permits() must not be async";
    return typeof answer === "string" && answer !== "" ? answer : "it gave no reason";
  } catch (error) {
    return `it threw an error of type ${errorType(error)}`;
  }
}

/** Returns the candidate's record for the decision. */
export function recordCandidate<Id extends string>(
  candidate: Candidate<Id>,
  permitted: true | string,
  request: RequestFacts,
): Whole<Omit<RecordedCandidate<Id>, "members" | "withheld">> {
  return {
    model: candidate.id,
    permitted,
    estimatedInputTokens: candidate.estimatedInputTokens,
    estimatedCostUsd: candidate.estimatedCostUsd,
    leastCostUsd: candidate.leastCostUsd,
    leastTokens: candidate.leastTokens,
    usualOutputTokens: candidate.usualOutputTokens,
    estimatedQuality: candidate.estimatedQuality,
    health: candidate.health,
    load: candidate.load,
    gpu: candidate.gpu,
    unknown: unknownOf(candidate, request),
  };
}

/** Returns the unknown facts of a model, which could not be checked; undefined where all are known. */
export function unknownOf(candidate: Candidate, request: RequestFacts): readonly string[] | undefined {
  const { price, contextWindow, capabilities, effort } = candidate.facts;
  const unproven = unprovenOf(candidate.facts, request);
  const isEffortUnknown =
    effort !== undefined && capabilities?.efforts === undefined && capabilities?.reasoning !== false;
  const areTypesUnknown = request.contentTypes !== undefined && capabilities?.contentTypes === undefined;
  // Of most models all is known: no list is made.
  if (
    price !== undefined &&
    contextWindow !== undefined &&
    unproven === undefined &&
    !isEffortUnknown &&
    !areTypesUnknown
  )
    return undefined;
  const unknown: string[] = [];
  if (price === undefined) unknown.push("price");
  if (contextWindow === undefined) unknown.push("contextWindow");
  if (isEffortUnknown) unknown.push("effort");
  if (unproven !== undefined) unknown.push(...unproven);
  if (areTypesUnknown) unknown.push("contentTypes");
  return unknown;
}
