import type { Refusal } from "../../contracts/ports/index.ts";
import type { PlanRefusal, Proposal } from "./plan/index.ts";

/** A proposed call that is not made, and the reason. */
export interface Refused {
  readonly proposal: Proposal;
  readonly stage: PlanRefusal["stage"];
  readonly refusal: Refusal;
  /** True if the observer is informed, since the model would have been next. */
  readonly isSkipped: boolean;
}

export function forbidden(proposal: Proposal, reason: string, isSkipped: boolean): Refused {
  return { proposal, stage: "constraint", refusal: { by: "constraint", reason }, isSkipped };
}

export function unpaid(proposal: Proposal, refusal: Refusal): Refused {
  return { proposal, stage: "money", refusal, isSkipped: false };
}

export function notAdmitted(proposal: Proposal, refusal: Refusal): Refused {
  const isToken = refusal.by === "retry-budget" || refusal.by === "hedge-budget";
  const isSkipped = !isToken && proposal.hop !== "retry";
  return { proposal, stage: isToken ? "token" : "admission", refusal, isSkipped };
}

export function withoutRoom(proposal: Proposal, refusal: Refusal): Refused {
  return { proposal, stage: "limits", refusal, isSkipped: true };
}

export function tooLate(proposal: Proposal): Refused {
  const refusal: Refusal = { by: "deadline", reason: "the deadline has passed" };
  return { proposal, stage: "constraint", refusal, isSkipped: false };
}
