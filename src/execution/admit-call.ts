import type { Check } from "../contracts/index.ts";
import type { Refusal } from "../contracts/ports/index.ts";
import type { ReadyCall } from "./attempt-record.ts";
import { callOf } from "./call-of.ts";
import type { CallContext, Execution } from "./context.ts";
import { leftMs } from "./deadline.ts";
import { endsEarlier } from "./output-limit.ts";
import type { Proposal } from "./plan/index.ts";
import { forbidden, notAdmitted, type Refused, tooLate, unpaid, withoutRoom } from "./refused.ts";
import { takeRoomNow } from "./take-room.ts";

/** A call of the plan whose money is reserved and that has entered admission. */
export interface PlannedCall extends ReadyCall {
  readonly check: Check | undefined;
}

/**
 * Takes a proposed call through the ports: constraints, `fits` and `ask` (no side effects), then `reserve`
 * and `enter`. Synchronous unless a remote ledger has to be asked. Money is reserved before a place is taken,
 * so that no place is held while the ledger answers.
 */
export function admitCall(
  execution: Execution,
  proposal: Proposal,
): PlannedCall | Refused | Promise<PlannedCall | Refused> {
  const { model, hop, attemptId, delayMs, lastResort } = proposal;
  const { ports, scope } = execution;
  const candidate = execution.candidateOf(model, ports.clock.monotonic());
  const permitted = execution.permits(candidate, hop, ports.clock.wall());
  if (permitted !== true) return forbidden(proposal, permitted, hop === "answer" && lastResort !== true);
  const call = callOf(execution, candidate, attemptId, hop, proposal);
  const fits = endsEarlier(scope, call) ?? scope.account.fits(call);
  if (fits !== true) return unpaid(proposal, fits);
  const asked = lastResort === true || ports.admission.ask(call, delayMs);
  if (asked !== true) return notAdmitted(proposal, asked);
  const reserved = scope.account.reserve(call);
  if (reserved instanceof Promise)
    return reserved.then(
      (answer) => (answer === true ? enterLater(execution, proposal, call) : unpaid(proposal, answer)),
      () => unpaid(proposal, notReserved),
    );
  return reserved === true ? enter(execution, proposal, call) : unpaid(proposal, reserved);
}

/** Enters after the wait for a store: the deadline may have passed, or a constraint no longer permit the call. */
function enterLater(
  execution: Execution,
  proposal: Proposal,
  call: ReadyCall["call"],
): PlannedCall | Refused {
  const refused = refusedNow(execution, proposal);
  if (refused === undefined) return enter(execution, proposal, call);
  execution.scope.account.release(call.attemptId);
  return refused;
}

/** Returns the refusal of a call that may no longer be made after a wait; undefined if it may. */
export function refusedNow(execution: Execution, proposal: Proposal): Refused | undefined {
  if (leftMs(execution) <= 0) return tooLate(proposal);
  const { clock } = execution.ports;
  const candidate = execution.candidateOf(proposal.model, clock.monotonic());
  const permitted = execution.permits(candidate, proposal.hop, clock.wall());
  return permitted === true ? undefined : forbidden(proposal, permitted, true);
}

function enter(execution: Execution, proposal: Proposal, call: ReadyCall["call"]): PlannedCall | Refused {
  const { ports, scope, plan } = execution;
  const pass = ports.admission.enter(call, proposal.delayMs);
  if ("by" in pass) {
    scope.account.release(call.attemptId);
    return notAdmitted(proposal, pass);
  }
  const check = proposal.place === undefined ? undefined : plan[proposal.place]?.unless;
  const planned: PlannedCall = { call, model: execution.modelOf(proposal.model), pass, check };
  // A call next to another one does not wait, since it would come too late to help.
  const room = proposal.beside === true ? takeRoomNow(pass) : true;
  if (room === true) return planned;
  giveBack(execution, planned);
  return withoutRoom(proposal, room);
}

/** Refusal where a store fails: what cannot be reserved is not spent. */
export const notReserved: Refusal = { by: "store", reason: "cannot be paid for: reserving its cost failed" };

/** Gives back the pass and the money of a call that is not made. */
export function giveBack({ scope }: CallContext, { pass, call }: ReadyCall): void {
  pass.end();
  scope.account.release(call.attemptId);
}
