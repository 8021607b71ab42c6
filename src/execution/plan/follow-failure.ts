import type { ProviderErrorKind } from "../../contracts/index.ts";
import { findModel, someoneIsLeft } from "./find-model.ts";
import { fail, idle, isLate, type Next, propose, windowOf } from "./moves.ts";
import type { PlanFailure } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState, Search } from "./plan-state.ts";
import type { PlanEnd } from "./plan-step.ts";
import { retryOffer } from "./retry-offer.ts";

/** Failures that another model would meet too, or that must not reach another model. */
const endsRequest: ReadonlySet<ProviderErrorKind> = new Set([
  "invalid-request",
  "too-large",
  "content-filter",
]);

/** A call has failed: a retry, the next model, or the end. */
export function followFailure(input: PlanInput, state: PlanState, event: PlanFailure): Next {
  const { attemptId, kind } = event;
  const call = state.running.find((one) => one.attemptId === attemptId);
  if (call === undefined) return idle(state);
  const isMain = state.running[0] === call;
  const rest: PlanState = {
    ...state,
    running: state.running.filter((one) => one !== call),
    outgrown:
      kind === "context-overflow"
        ? Math.max(state.outgrown ?? 0, windowOf(input, call.model))
        : state.outgrown,
  };
  const end = endOf(input, event);
  if (rest.running.length > 0) {
    // A hedge that fails is no loss, as long as the call that it was to help goes on; and the other way round.
    return end !== undefined && (isMain || end.because === "deadline") ? fail(rest, end) : idle(rest);
  }
  if (end !== undefined) return fail(rest, end);
  const retry = retryOffer(input, rest, call, event);
  const search: Search = { hop: "fallback", cause: "failure", refused: [], retry };
  const failed: PlanState = { ...rest, lastFailure: attemptId, search };
  if (retry === undefined) return findModel(input, failed, search);
  const sparing = someoneIsLeft(input, failed) ? true : undefined;
  return propose(input, failed, { ...retry, hop: "retry", sparing });
}

/** The end of the request, where the failure is not that of one model. */
function endOf(
  input: PlanInput,
  { attemptId, at, kind, delivered }: PlanFailure,
): Omit<PlanEnd, "step"> | undefined {
  // What was received is not lost, also where the deadline has passed meanwhile.
  if (kind === undefined || delivered) return { because: "error", attemptId };
  if (isLate(input, at)) return { because: "deadline" };
  return endsRequest.has(kind) ? { because: "error", attemptId } : undefined;
}
