import { admitCall } from "./admit-call.ts";
import type { PlannedCall } from "./admit-target.ts";
import type { Execution } from "./context.ts";
import type { Proposal } from "./plan/index.ts";
import { notYetCalled } from "./pool-left.ts";
import type { Refused } from "./refused.ts";
import { takeTurn } from "./take-turn.ts";

type Taken = PlannedCall | Refused;

/**
 * Waits until an accepted call may start, as `takeTurn` does. Where a member of a pool has no room, the members that the
 * request has not called yet are taken.
 */
export function takeAnyTurn(
  execution: Execution,
  proposal: Proposal,
  planned: PlannedCall,
): Taken | Promise<Taken> {
  const taken = takeTurn(execution, proposal, planned);
  if (planned.target.member === undefined) return taken;
  return taken instanceof Promise
    ? taken.then((one) => orNext(execution, proposal, one))
    : orNext(execution, proposal, taken);
}

function orNext(execution: Execution, proposal: Proposal, taken: Taken): Taken | Promise<Taken> {
  if ("call" in taken || taken.stage !== "limits") return taken;
  if (notYetCalled(execution, proposal.model, proposal.hop).length === 0) return taken;
  const next: Proposal = { ...proposal, delayMs: 0 };
  const admitted = admitCall(execution, next);
  const go = (one: Taken) => ("call" in one ? takeAnyTurn(execution, next, one) : taken);
  return admitted instanceof Promise ? admitted.then(go) : go(admitted);
}
