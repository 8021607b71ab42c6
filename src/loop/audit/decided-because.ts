import type { Attempt, Decision } from "../../contracts/index.ts";
import { answeringAttempt } from "../../plugin/answering-attempt.ts";
import { isOfStep } from "../../plugin/is-of-step.ts";
import type { DecidedBecause } from "../promise/audited-record.ts";
import { promiseReason } from "../promise/promise-reason.ts";

/** Name of the arm of units that always get the large model. */
const heldOut = "held-out";

/** Returns what decided a request. Of several the first: pin, fallback, step, cap or promise, budget, hold-out, policy. */
export function decidedBecause(decision: Decision, attempts: readonly Attempt[]): DecidedBecause {
  if (decision.forced) return "pin";
  const given = answeringAttempt(attempts);
  if (given !== undefined && !decision.plan.some(({ model }) => model === given.model)) return "fallback";
  if (isOfStep(decision)) return "step";
  if (decision.insteadOf !== undefined) return isOfPromise(decision) ? "promise" : "cap";
  if (decision.degraded !== undefined) return "budget";
  if (decision.arms?.some(({ arm }) => arm === heldOut)) return "held-out";
  return "policy";
}

/** True if a promise that the policy reads has taken the policy's plan away. */
function isOfPromise({ inputs = {}, reason }: Decision): boolean {
  return Object.keys(inputs).some((id) => reason.startsWith(promiseReason(id)));
}
