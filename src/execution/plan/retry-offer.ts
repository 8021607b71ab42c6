import type { ProviderErrorKind } from "../../contracts/index.ts";
import { backoffMs } from "../backoff.ts";
import { fitsWindow } from "./moves.ts";
import type { PlanFailure } from "./plan-event.ts";
import type { PlanInput } from "./plan-input.ts";
import type { PlanState, RetryOffer } from "./plan-state.ts";
import type { Proposal } from "./plan-step.ts";

/** Kinds of failure that the same model would have again, whatever its provider says about retrying. */
const endsModel: ReadonlySet<ProviderErrorKind> = new Set([
  "authentication",
  "permission",
  "not-found",
  "context-overflow",
  "unsupported",
]);

/** Returns a retry of the same model after a wait, or undefined if a retry makes no sense. */
export function retryOffer(
  input: PlanInput,
  state: PlanState,
  { model, place }: Proposal,
  { at, kind, retryable, retryAfterMs = 0, holdMs, draw }: PlanFailure,
): RetryOffer | undefined {
  const { rules, deadlineAt } = input;
  const made = state.retries[model] ?? 0;
  if (!retryable || kind === undefined || endsModel.has(kind) || made >= rules.retries) return undefined;
  // The pause may come from the rate limit of another request.
  const askedMs = Math.max(retryAfterMs, holdMs);
  if (askedMs > rules.retryAfterCapMs) return undefined;
  const delayMs = backoffMs(made, askedMs, rules, () => draw);
  if (deadlineAt !== undefined && at + delayMs >= deadlineAt) return undefined;
  return fitsWindow(input, state, model) ? { model, place, delayMs } : undefined;
}
