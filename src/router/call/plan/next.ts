import { followFailure } from "./follow-failure.ts";
import { followRefusal } from "./follow-refusal.ts";
import { followVerdict } from "./follow-verdict.ts";
import { keepOnly, lookForHedge } from "./hedge.ts";
import { accept, begin, fail, idle, type Next } from "./moves.ts";
import type { PlanEvent } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState } from "./plan-state.ts";

/**
 * Moves the attempt plan of a request on by one event: a reducer, without clock, chance or side effect.
 * It proposes calls; the shell around it asks constraints, account and admission, and reports what came of
 * it. Every event moves the plan forward, so that it ends: after `answer` or `fail` nothing follows.
 */
export function next(input: PlanInput, state: PlanState, event: PlanEvent): Next {
  if (state.over) return idle(state);
  switch (event.type) {
    case "begin":
      return begin(input, state);
    case "accepted":
      return accept(state, event.attemptId);
    case "refused":
      return followRefusal(input, state, event);
    case "first-content":
      return keepOnly(state, event.attemptId);
    case "late":
      return lookForHedge(input, state, event);
    case "failed":
      return followFailure(input, state, event);
    case "answered":
      return followVerdict(input, state, event);
    case "aborted":
      return fail(state, { because: "aborted" });
  }
}
