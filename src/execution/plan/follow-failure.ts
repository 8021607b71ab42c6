import type { ProviderErrorKind } from "../../contracts/index.ts";
import { findFurther, someoneIsLeft } from "./find-model.ts";
import { fail, idle, isLate, type Next, propose } from "./moves.ts";
import type { PlanFailure } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import { change, type PlanState } from "./plan-state.ts";
import { retryOffer } from "./retry-offer.ts";

/** Kinds of failure that another model would have too, or that must not reach another model. */
const endsRequest: ReadonlySet<ProviderErrorKind> = new Set([
  "invalid-request",
  "too-large",
  "content-filter",
]);

/** Follows a failed call: a retry, the next model, or the end. */
export function followFailure(input: PlanInput, state: PlanState, event: PlanFailure): Next {
  const { attemptId, at, kind, delivered } = event;
  const call = state.running.find((one) => one.attemptId === attemptId);
  if (call === undefined) return idle(state);
  const isMain = state.running[0] === call;
  const rest = change(state, {
    running: state.running.filter((one) => one !== call),
    outgrown:
      kind === "context-overflow"
        ? Math.max(state.outgrown ?? 0, input.rules.windows[call.model] ?? 0)
        : state.outgrown,
  });
  const endsAll = kind === undefined || delivered || endsRequest.has(kind);
  if (rest.running.length > 0) {
    // One of two calls that run next to each other may fail as long as the other goes on.
    if (isLate(input, at)) return fail(rest, { because: "deadline" });
    return isMain && endsAll ? fail(rest, { because: "error", attemptId }) : idle(rest);
  }
  if (kind === undefined || delivered) return fail(rest, { because: "error", attemptId });
  if (isLate(input, at)) return fail(rest, { because: "deadline" });
  if (endsAll) return fail(rest, { because: "error", attemptId });
  const retry = retryOffer(input, rest, call, event);
  const failed = change(rest, {
    lastFailure: attemptId,
    search: { hop: "fallback", cause: "failure", refused: [], retry },
  });
  if (retry === undefined) return findFurther(input, failed);
  const sparing = someoneIsLeft(input, failed) ? true : undefined;
  return propose(input, failed, { ...retry, hop: "retry", sparing });
}
