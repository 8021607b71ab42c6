import type { ArmAssignment, Decision, RouterEvent } from "../../contracts/index.ts";
import { answeringAttempt } from "../../plugin/answering-attempt.ts";
import { hasFailed } from "../../plugin/has-failed.ts";
import { totalCostUsd } from "../../router/life/inner.ts";
import type { ComparedArm } from "../guards/guard.ts";
import type { RolloutSnapshot } from "../rollout/rollout-policy.ts";
import type { UnitRequest } from "./units.ts";

/** Errors that say nothing about an arm: the caller's own, and limits that held before a model was asked. */
const notOfTheArm: ReadonlySet<string> = new Set([
  "invalid-request",
  "invalid-option",
  "budget-exceeded",
  "unpriced-models",
  "limit-exceeded",
  "store",
]);

/** Returns the arm of a rollout that a decision is compared in; undefined if it is compared in none. */
function comparedArm(
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
  const found = arms?.find((one) => one.comparison === rollout);
  return found !== undefined && isCompared(found) ? found : undefined;
}

function isCompared(one: ArmAssignment): one is ArmAssignment & { readonly arm: ComparedArm } {
  return one.arm === "control" || one.arm === "candidate";
}

/**
 * Returns what the end of a request says about the arm that decided it; undefined if that is nothing. A request that a
 * fallback answered counts for its arm: to leave it out would hide the failures of the arm's model.
 */
export function unitRequest(event: RouterEvent, rollout: string): UnitRequest | undefined {
  if (event.type !== "request-completed" && event.type !== "request-failed") return undefined;
  const { decision, attempts, latencyMs } = event;
  if (decision === undefined) return undefined;
  const found = comparedArm(decision, rollout);
  if (found === undefined) return undefined;
  const isFailed = event.type === "request-failed";
  if (isFailed && (!hasFailed(event.error) || notOfTheArm.has(event.error.code))) return undefined;
  const { revision, controlShare = 0 } = (decision.inputs?.[rollout] ?? {}) as Partial<RolloutSnapshot>;
  const { arm, unitHash, draw } = found;
  // Above one half, as many units of the candidate as of control: its others have had other arms than those of control,
  // or none, and units that return would make the arms differ, whatever the policies do.
  if (controlShare === 0 || (arm === "candidate" && draw >= controlShare)) return undefined;
  return {
    unitHash,
    arm,
    revision: revision ?? 0,
    share: 0.5,
    request: {
      outcome: isFailed ? "failed" : event.degraded === undefined ? "answered" : "degraded",
      costUsd: isFailed ? totalCostUsd(attempts) : event.costUsd,
      latencyMs,
      firstTokenMs: isFailed ? undefined : answeringAttempt(attempts)?.firstTokenMs,
      escalated: attempts.some(({ hop }) => hop === "cascade"),
    },
  };
}
