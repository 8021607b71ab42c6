import type { ProviderErrorKind } from "../../../contracts/index.ts";
import { endpointOf, findModel, someoneIsLeft, windowOf } from "./find-model.ts";
import { change, fail, idle, isLate, type Next, propose } from "./moves.ts";
import type { PlanFailure } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState, Search } from "./plan-state.ts";
import type { PlanEnd } from "./plan-step.ts";
import { retryOffer } from "./retry-offer.ts";

/** Failures that another model would meet too, unless their server leaves that open: then one other model is asked. */
const ofRequest: ReadonlySet<ProviderErrorKind> = new Set(["invalid-request", "too-large"]);

/** Follows a failed call: with a retry, the next model, or the end. */
export function followFailure(input: PlanInput, state: PlanState, event: PlanFailure): Next {
  const { attemptId, kind } = event;
  const call = state.running.find((one) => one.attemptId === attemptId);
  if (call === undefined) return idle(state);
  const isMain = state.running[0] === call;
  const isOfEndpoint = kind !== "unsupported" && endpointOf(input.rules, call.model) !== undefined;
  const rest = change(state, {
    running: state.running.filter((one) => one !== call),
    failed: isOfEndpoint ? [...(state.failed ?? []), call.model] : state.failed,
    outgrown:
      kind === "context-overflow"
        ? Math.max(state.outgrown ?? 0, event.contextWindow ?? windowOf(input, call.model))
        : state.outgrown,
    refused: isRefused(event) ? (state.refused ?? attemptId) : state.refused,
  });
  const end = endOf(input, state, event);
  if (rest.running.length > 0) {
    // One of two calls may fail while the other goes on.
    return end !== undefined && (isMain || end.because === "deadline") ? fail(rest, end) : idle(rest);
  }
  if (end !== undefined) return fail(rest, end);
  const retry = rest.refused === attemptId ? undefined : retryOffer(input, rest, call, event);
  const search: Search = { hop: "fallback", cause: "failure", refused: [], retry };
  const isHeldUp = retry?.spilled === true && retry.delayMs > 0;
  const heldUpMs = isHeldUp ? (rest.heldUpMs ?? 0) + retry.delayMs : rest.heldUpMs;
  const failed = change(rest, { lastFailure: attemptId, search, heldUpMs });
  // A busy model is waited for as long as it allows; after that it comes again once no other is left.
  const isPassedOver = isHeldUp && (heldUpMs ?? 0) > (event.maxWaitMs ?? 0);
  if (retry === undefined || isPassedOver) return findModel(input, failed, search);
  const sparing = someoneIsLeft(input, failed) ? true : undefined;
  return propose(input, failed, { ...retry, hop: "retry", sparing });
}

/** True for a request that the model refused, and that may be at no fault itself. */
function isRefused({ kind, otherMayAnswer }: PlanFailure): boolean {
  return otherMayAnswer === true && kind !== undefined && ofRequest.has(kind);
}

/** Returns the end of the request if the failure is not that of one model. */
function endOf(
  input: PlanInput,
  { refused }: PlanState,
  event: PlanFailure,
): Omit<PlanEnd, "step"> | undefined {
  const { attemptId, at, kind, delivered } = event;
  // The text received so far is not lost, even if the deadline has passed meanwhile.
  if (kind === undefined || delivered || input.direct !== undefined) return { because: "error", attemptId };
  if (isLate(input, at)) return { because: "deadline" };
  // Content that one filter refuses must not reach another model.
  if (kind !== "content-filter" && !ofRequest.has(kind)) return undefined;
  // A second model that refuses the request as well shows that the fault is the request's.
  const isFollowed =
    isRefused(event) && refused === undefined && input.rules.fallback && input.fallback !== false;
  return isFollowed ? undefined : { because: "error", attemptId };
}
