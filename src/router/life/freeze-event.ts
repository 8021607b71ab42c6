import type { Attempt, Decision, RouterEvent } from "../../contracts/index.ts";
import { deepFreeze } from "../../plugin/deep-freeze.ts";

/**
 * Freezes an event of a router with all that it holds, as `deepFreeze` does. Each field of the events that every request has
 * is named here: looking for them takes three times as long. The test has an event with all of them.
 */
export function freezeEvent<Id extends string>(event: RouterEvent<Id>): void {
  if (Object.isFrozen(event)) return;
  switch (event.type) {
    case "decision-made":
      freezeDecision(event.decision);
      break;
    case "attempt-started":
      break;
    case "attempt-ended":
      freezeAttempt(event.attempt);
      break;
    case "request-completed":
      freezeDecision(event.decision);
      for (const attempt of event.attempts) freezeAttempt(attempt);
      Object.freeze(event.attempts);
      Object.freeze(event.usage);
      held(event.degraded);
      break;
    default:
      deepFreeze(event);
  }
  Object.freeze(event);
}

function freezeDecision(decision: Decision): void {
  if (Object.isFrozen(decision)) return;
  Object.freeze(decision);
  for (const step of decision.plan) Object.freeze(step);
  Object.freeze(decision.plan);
  Object.freeze(decision.fallbacks);
  const { request, classification, candidates } = decision;
  Object.freeze(request);
  held(request.labels);
  held(request.contentTypes);
  if (classification !== undefined) {
    Object.freeze(classification);
    held(classification.quality);
    held(classification.signals);
  }
  for (const candidate of candidates) {
    Object.freeze(candidate);
    if (candidate.unknown !== undefined) Object.freeze(candidate.unknown);
    held(candidate.health);
    held(candidate.load);
    held(candidate.gpu);
    held(candidate.members);
  }
  Object.freeze(candidates);
  held(decision.policy);
  held(decision.versions);
  held(decision.insteadOf);
  held(decision.session);
  held(decision.spend);
  held(decision.budgets);
  held(decision.degraded);
  held(decision.inputs);
  held(decision.arms);
}

function freezeAttempt(attempt: Attempt): void {
  if (Object.isFrozen(attempt)) return;
  Object.freeze(attempt);
  if (attempt.usage !== undefined) Object.freeze(attempt.usage);
  held(attempt.limited);
  held(attempt.dropped);
  held(attempt.error);
  held(attempt.check);
  held(attempt.cached);
}

function held(value: object | undefined): void {
  if (value !== undefined) deepFreeze(value);
}
