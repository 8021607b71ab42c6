import type { ArmAssignment, Attempt, Decision, Hop, RouterEvent } from "../../contracts/index.ts";
import { answeringAttempt } from "../../plugin/answering-attempt.ts";
import { hasFailed } from "../../plugin/has-failed.ts";
import { totalCostUsd } from "../../router/life/inner.ts";
import type { ComparedArm, FinishedRequest } from "../guards/guard.ts";
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

/** A finished request of an arm, whether its unit is compared or not. */
export interface ArmRequest extends Omit<UnitRequest, "share"> {
  /** False for a unit of the candidate above the share that control has: it has no partner. */
  readonly isCompared: boolean;
}

/**
 * Returns what the end of a request says about the arm that decided it; undefined if that is nothing. A request that a
 * fallback answered counts for its arm: to leave it out would hide the failures of the arm's model. So does one whose caller
 * left: who waits too long leaves.
 */
export function armRequest(event: RouterEvent, rollout: string): ArmRequest | undefined {
  if (event.type !== "request-completed" && event.type !== "request-failed") return undefined;
  const { decision } = event;
  if (decision === undefined) return undefined;
  const found = comparedArm(decision, rollout);
  if (found === undefined) return undefined;
  if (event.type === "request-failed" && notOfTheArm.has(event.error.code)) return undefined;
  const { revision, controlShare = 0 } = (decision.inputs?.[rollout] ?? {}) as Partial<RolloutSnapshot>;
  const { arm, unitHash, draw } = found;
  // Above one half, as many units of the candidate as of control: its others have had other arms than those of control,
  // or none, and units that return would make the arms differ, whatever the policies do.
  const isCompared = controlShare > 0 && (arm === "control" || draw < controlShare);
  return { unitHash, arm, revision: revision ?? 0, isCompared, request: finishedRequest(event) };
}

/** Returns a request of an arm as one that is compared, if its unit is. */
export function unitRequest({ isCompared, ...request }: ArmRequest): UnitRequest | undefined {
  return isCompared ? { ...request, share: 0.5 } : undefined;
}

type Finished = Extract<RouterEvent, { readonly type: "request-completed" | "request-failed" }>;

function finishedRequest(event: Finished): FinishedRequest {
  const { attempts, latencyMs } = event;
  const isFailed = event.type === "request-failed";
  const answered = isFailed ? undefined : answeringAttempt(attempts);
  const last = answered ?? attempts.findLast(({ firstTokenMs }) => firstTokenMs !== undefined);
  return {
    outcome: isFailed
      ? hasFailed(event.error)
        ? "failed"
        : "aborted"
      : event.degraded === undefined
        ? "answered"
        : "degraded",
    troubled: troubleOf(attempts),
    costUsd: isFailed ? totalCostUsd(attempts) : event.costUsd,
    latencyMs,
    firstTokenMs: isFailed && hasFailed(event.error) ? undefined : last?.firstTokenMs,
    escalated: attempts.some(({ hop }) => hop === "cascade")
      ? answered?.hop === "cascade"
        ? "answered"
        : "asked"
      : undefined,
  };
}

/** Calls whose failure is that of the arm's own models. */
const ownCalls: ReadonlySet<Hop> = new Set(["answer", "retry", "fallback", "cascade", "repair"]);
/** Calls that there would not be without one. */
const rescues: ReadonlySet<Hop> = new Set(["retry", "fallback", "repair"]);

function troubleOf(attempts: readonly Attempt[]): FinishedRequest["troubled"] {
  const hasTrouble = attempts.some(
    ({ hop, error }) => rescues.has(hop) || (ownCalls.has(hop) && hasFailed(error)),
  );
  if (hasTrouble) return "failed";
  return attempts.some(({ hop }) => hop === "cascade") ? "refused" : undefined;
}
