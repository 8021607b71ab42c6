import {
  AllModelsFailedError,
  type Attempt,
  isRouterError,
  LimitExceededError,
  NoEligibleModelError,
} from "../../contracts/index.ts";
import { boundError } from "../../plugin/bound-error.ts";
import { copyOf } from "../../plugin/copy-of.ts";
import { longestTimerMs } from "../../plugin/longest-timer.ts";
import type { Refused } from "./admit-target.ts";
import type { CallContext } from "./context.ts";
import { deadlineError } from "./deadline.ts";
import type { PlanEnd, PlanState } from "./plan/index.ts";

/** Errors and refusals of a request, by the ids of its attempts. */
export interface Remembered {
  readonly errors: ReadonlyMap<string, unknown> | undefined;
  readonly refusals: ReadonlyMap<string, Refused> | undefined;
}

/** Returns the error that a request ends with. */
export function endError(
  { scope, signal, direct }: CallContext,
  { because, attemptId = "" }: PlanEnd,
  { passedOver, refused }: Pick<PlanState, "passedOver" | "refused">,
  { errors, refusals }: Remembered,
): unknown {
  switch (because) {
    case "aborted":
      return signal?.reason;
    case "error": {
      const error = errors?.get(attemptId);
      return refused === undefined || refused === attemptId ? error : withAttempts(error, scope.attempts);
    }
    case "deadline":
      return deadlineError(scope);
    case "limits":
      return new LimitExceededError(passedOver, firstRoomMs(refusals));
    case "all-failed":
      return new AllModelsFailedError(
        scope.attempts,
        { cause: errors?.get(attemptId) },
        passedOver,
        firstRoomMs(refusals),
      );
    case "forbidden": {
      const refused = refusals?.get(attemptId);
      return new NoEligibleModelError({ [refused?.proposal.model ?? ""]: refused?.refusal.reason ?? "" });
    }
    case "money": {
      const refused = refusals?.get(attemptId);
      const problem = `${refused?.proposal.model}: ${refused?.refusal.reason}`;
      const bound = refused === undefined ? { limitUsd: 0 } : scope.account.reached(refused.refusal);
      // A copy: a classifier or a check gets it while the request goes on.
      const attempts = direct === undefined ? scope.attempts : copyOf(scope.attempts);
      return boundError(bound, problem, attempts);
    }
  }
}

/** The error that follows a refusal of another model shows both. */
function withAttempts(error: unknown, attempts: readonly Attempt[]): unknown {
  if (isRouterError(error, "provider")) error.attempts = attempts;
  return error;
}

/** Returns the milliseconds after which the first of the models without room may have some. */
function firstRoomMs(refusals: Remembered["refusals"]): number | undefined {
  let first: number | undefined;
  for (const { stage, refusal } of refusals?.values() ?? []) {
    const { waitMs } = refusal;
    // A rate that never comes back says nothing.
    if (stage === "limits" && waitMs !== undefined && waitMs < longestTimerMs)
      first = Math.min(first ?? waitMs, waitMs);
  }
  return first;
}
