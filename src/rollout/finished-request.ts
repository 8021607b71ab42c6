import type { ArmAssignment, Decision, RouterEvent } from "../contracts/index.ts";
import { answeringAttempt } from "../plugin/answering-attempt.ts";
import type { ComparedArm, FinishedRequest } from "./guards/guard.ts";

/** A request of a unit that is compared. */
export interface ComparedRequest {
  readonly decisionId: string;
  readonly arm: ComparedArm;
  readonly unitHash: string;
  readonly finished: FinishedRequest;
}

/** Errors that say nothing about an arm: the caller's own, and limits that held before a model was asked. */
const notOfTheArm: ReadonlySet<string> = new Set([
  "invalid-request",
  "invalid-option",
  "budget-exceeded",
  "limit-exceeded",
  "store",
]);

/** Returns the arm of a rollout that a decision is compared in; undefined if it is compared in none. */
export function comparedArm(
  decision: Pick<Decision, "arms" | "forced" | "degraded" | "insteadOf">,
  rollout: string,
): (ArmAssignment & { readonly arm: ComparedArm }) | undefined {
  // Pins, caps and soft limits of budgets have decided in place of the arm.
  if (decision.forced || decision.degraded !== undefined || decision.insteadOf !== undefined)
    return undefined;
  return armOf(decision.arms, rollout);
}

/** Returns the compared arm of a rollout among assignments. */
export function armOf(
  arms: readonly ArmAssignment[] | undefined,
  rollout: string,
): (ArmAssignment & { readonly arm: ComparedArm }) | undefined {
  const found = arms?.find((one) => one.rollout === rollout);
  return found !== undefined && isCompared(found) ? found : undefined;
}

function isCompared(one: ArmAssignment): one is ArmAssignment & { readonly arm: ComparedArm } {
  return one.arm === "control" || one.arm === "candidate";
}

/**
 * Returns what the end of a request says about the arm that decided it; undefined if that is nothing. A request that a
 * fallback answered counts for its arm: to leave it out would hide the failures of the arm's model.
 */
export function finishedRequest(event: RouterEvent, rollout: string): ComparedRequest | undefined {
  if (event.type !== "request-completed" && event.type !== "request-failed") return undefined;
  const { decision, attempts, latencyMs } = event;
  if (decision === undefined) return undefined;
  const arm = comparedArm(decision, rollout);
  if (arm === undefined) return undefined;
  const isFailed = event.type === "request-failed";
  // The signal's reason, which the caller chose, is no error of ours: the caller has left.
  if (isFailed && (event.error.code === "unknown" || notOfTheArm.has(event.error.code))) return undefined;
  const costUsd = isFailed ? sumOf(attempts.map((attempt) => attempt.costUsd)) : event.costUsd;
  return {
    decisionId: decision.id,
    arm: arm.arm,
    unitHash: arm.unitHash,
    finished: {
      outcome: isFailed ? "failed" : event.degraded === undefined ? "answered" : "degraded",
      costUsd,
      latencyMs,
      firstTokenMs: isFailed ? undefined : answeringAttempt(attempts)?.firstTokenMs,
      escalated: attempts.some(({ hop }) => hop === "cascade"),
    },
  };
}

function sumOf(costs: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const cost of costs) {
    if (cost === undefined) return undefined;
    sum += cost;
  }
  return sum;
}
