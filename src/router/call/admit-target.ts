import type { Check, Hop } from "../../contracts/index.ts";
import type { Refusal } from "../../contracts/ports/index.ts";
import type { ReadyCall } from "./attempt-record.ts";
import { callOf } from "./call-of.ts";
import type { CallContext } from "./context.ts";
import { leftMs } from "./deadline.ts";
import { endsEarlier } from "./output-limit.ts";
import type { PlanRefusal, Proposal } from "./plan/index.ts";
import { takeRoomNow } from "./take-room.ts";
import type { Target } from "./target.ts";

/** A call of the plan whose money is reserved and that has entered admission. */
export interface PlannedCall extends ReadyCall {
  readonly target: Target;
  readonly check: Check | undefined;
  /** Milliseconds for which the call waits for a pause to end, although other models are left; 0: it does not. */
  readonly patienceMs: number;
}

/** A proposed call that is not made, and the reason. */
export interface Refused {
  readonly proposal: Proposal;
  readonly stage: PlanRefusal["stage"];
  readonly refusal: Refusal;
  /** True if the observer is informed, since the model would have been next. */
  readonly isSkipped: boolean;
}

/**
 * Takes a permitted call through account and admission. Money is reserved before a place is taken, so that no place is
 * held while the ledger answers. `patienceMs`: see `PlannedCall`.
 */
export function admitTarget(
  execution: CallContext,
  proposal: Proposal,
  target: Target,
  patienceMs = 0,
): PlannedCall | Refused | Promise<PlannedCall | Refused> {
  const { hop, attemptId, delayMs, lastResort, direct } = proposal;
  const { ports, scope } = execution;
  const call = callOf(execution, target, attemptId, hop, proposal);
  // Where an answer was cut says nothing of a direct call, which need not ask the same.
  const fits =
    (direct === true ? undefined : endsEarlier(scope, call)) ?? scope.account.fits(call, target.candidate);
  if (fits !== true) return unpaid(proposal, fits);
  const asked = lastResort === true || direct === true || ports.admission.ask(call, delayMs + patienceMs);
  if (asked !== true) return notAdmitted(proposal, asked);
  const reserved = scope.account.reserve(call, target.candidate);
  const entering: Entering = { proposal, target, call, patienceMs };
  if (reserved instanceof Promise)
    return reserved.then(
      (answer) => (answer === true ? enterLater(execution, entering) : unpaid(proposal, answer)),
      () => unpaid(proposal, notReserved),
    );
  return reserved === true ? enter(execution, entering) : unpaid(proposal, reserved);
}

interface Entering {
  readonly proposal: Proposal;
  readonly target: Target;
  readonly call: ReadyCall["call"];
  readonly patienceMs: number;
}

/** Enters after the wait for a store: the deadline may have passed, or a constraint no longer permit the call. */
function enterLater(execution: CallContext, entering: Entering): PlannedCall | Refused {
  const refused = refusedNow(execution, entering.proposal, entering.target);
  if (refused === undefined) return enter(execution, entering);
  execution.scope.account.release(entering.call.attemptId);
  return refused;
}

/** Returns the refusal of a call that may no longer be made after a wait; undefined if it may. */
export function refusedNow(execution: CallContext, proposal: Proposal, target: Target): Refused | undefined {
  if (leftMs(execution) <= 0) return tooLate(proposal);
  const permitted = permitsNow(execution, target, proposal.hop);
  return permitted === true ? undefined : forbidden(proposal, permitted, true);
}

function enter(
  execution: CallContext,
  { proposal, target, call, patienceMs }: Entering,
): PlannedCall | Refused {
  const { ports, scope, plan } = execution;
  const pass = ports.admission.enter(call, proposal.delayMs + patienceMs);
  if ("by" in pass) {
    scope.account.release(call.attemptId);
    return notAdmitted(proposal, pass);
  }
  const check = proposal.place === undefined ? undefined : plan[proposal.place]?.unless;
  const planned: PlannedCall = { call, model: target.model, pass, target, check, patienceMs };
  // A call next to another one does not wait, since it would come too late to help.
  const room = proposal.beside === true ? takeRoomNow(pass) : true;
  if (room === true) return planned;
  giveBack(execution, planned);
  return withoutRoom(proposal, room);
}

/** Evaluates the constraints about a target once more, for instance after a wait. */
function permitsNow(context: CallContext, { id, member, name }: Target, hop: Hop): true | string {
  const { clock } = context.ports;
  if (member === undefined)
    return context.permits(context.candidateOf(id, clock.monotonic()), hop, clock.wall());
  const pool = context.poolOf?.(id);
  const found = pool?.ask(hop, clock.wall()).find((one) => one.member.key === name);
  return found?.permitted ?? `${name} has left the pool`;
}

/** Refusal where a store fails: what cannot be reserved is not spent. */
const notReserved: Refusal = { by: "store", reason: "cannot be paid for: reserving its cost failed" };

/** Gives back the pass and the money of a call that is not made. */
export function giveBack({ scope }: CallContext, { pass, call }: ReadyCall): void {
  pass.end();
  scope.account.release(call.attemptId);
}

export function forbidden(proposal: Proposal, reason: string, isSkipped: boolean): Refused {
  return { proposal, stage: "constraint", refusal: { by: "constraint", reason }, isSkipped };
}

function unpaid(proposal: Proposal, refusal: Refusal): Refused {
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
