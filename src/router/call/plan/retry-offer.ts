import type { ProviderErrorKind } from "../../../contracts/index.ts";
import { backoffMs } from "../backoff.ts";
import { fitsWindow } from "./find-model.ts";
import { isLate, ownValue } from "./moves.ts";
import type { PlanFailure } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState, RetryOffer } from "./plan-state.ts";
import type { Proposal } from "./plan-step.ts";

/** Failures that the same model would meet again, whatever its provider says about retrying. */
const endsModel: ReadonlySet<ProviderErrorKind | undefined> = new Set([
  "authentication",
  "permission",
  "not-found",
  "context-overflow",
  "unsupported",
]);

/** Shortest wait for a busy endpoint. */
const leastWaitMs = 20;

/** Offers the same model once more, after a wait; undefined if that makes no sense. */
export function retryOffer(
  input: PlanInput,
  state: PlanState,
  { model, place }: Proposal,
  { at, kind, retryable, retryAfterMs = 0, holdMs, draw, elsewhere, maxWaitMs = 0 }: PlanFailure,
): RetryOffer | undefined {
  const { rules } = input;
  const made = ownValue(state.retries, model) ?? 0;
  if (elsewhere === true) {
    // Another endpoint need not have the same fault, nor the same pause.
    const mayHelp = retryable || endsModel.has(kind);
    const spilled = kind === "saturated" || undefined;
    return mayHelp && (spilled || made < rules.retries) ? { model, place, delayMs: 0, spilled } : undefined;
  }
  if (kind === "saturated") {
    const delayMs = Math.max(leastWaitMs, holdMs);
    const isShort = (state.heldUpMs ?? 0) + delayMs <= Math.max(maxWaitMs, rules.retryAfterCapMs);
    return isShort && !isLate(input, at + delayMs) ? { model, place, delayMs, spilled: true } : undefined;
  }
  if (!retryable || endsModel.has(kind) || made >= rules.retries) return undefined;
  // The pause may come from the rate limit of another request.
  const askedMs = Math.max(retryAfterMs, holdMs);
  if (askedMs > rules.retryAfterCapMs) return undefined;
  const delayMs = backoffMs(made, askedMs, rules, () => draw);
  const isPossible = !isLate(input, at + delayMs) && fitsWindow(input, state, model);
  return isPossible ? { model, place, delayMs } : undefined;
}
