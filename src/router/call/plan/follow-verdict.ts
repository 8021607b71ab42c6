import { endpointOf, findModel } from "./find-model.ts";
import { answer, change, fail, idle, isLate, type Next } from "./moves.ts";
import type { PlanEvent } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState } from "./plan-state.ts";

/** Follows an answer and the verdict of its checks. */
export function followVerdict(
  input: PlanInput,
  state: PlanState,
  { attemptId, at, verdict }: Extract<PlanEvent, { readonly type: "answered" }>,
): Next {
  const call = state.running.find((one) => one.attemptId === attemptId);
  if (call === undefined) return idle(state);
  if (verdict === "accepted" || input.direct !== undefined) return answer(state, attemptId);
  // An answer that only the plan's check did not accept is better than a degraded one.
  const isKept = verdict === "degraded" || state.degraded !== undefined;
  // Its endpoint answers again: another effort of it may be asked.
  const endpoint = endpointOf(input.rules, call.model);
  const failed = state.failed?.filter((one) => endpointOf(input.rules, one) !== endpoint);
  const rest = change(state, { running: [], degraded: isKept ? attemptId : undefined, failed });
  if (isLate(input, at)) return fail(rest, { because: "deadline" });
  if (verdict === "degraded")
    return findModel(input, rest, { hop: "fallback", cause: "verdict", refused: [] });
  return state.place + 1 < input.plan.length
    ? findModel(input, rest, { hop: "cascade", cause: "verdict", refused: [] })
    : fail(rest, { because: "all-failed", attemptId: state.lastFailure });
}
