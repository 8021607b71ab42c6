import { admitCall } from "./admit-call.ts";
import type { PlannedCall } from "./admit-target.ts";
import type { CallContext } from "./context.ts";
import type { Proposal } from "./plan/index.ts";
import { notYetCalled } from "./pool-left.ts";
import type { Refused } from "./refused.ts";
import { takeTurn } from "./take-turn.ts";

type Taken = PlannedCall | Refused;

/** Most members of a pool whose turn a call waits for. */
const mostTurns = 16;

/**
 * Waits until an accepted call may start, as `takeTurn` does. Where a member of a pool has no room, the members that the
 * request has not called yet are taken; where it has left the pool meanwhile, those that may be called.
 */
export function takeAnyTurn(
  execution: CallContext,
  proposal: Proposal,
  planned: PlannedCall,
  turn = 1,
): Taken | Promise<Taken> {
  const taken = takeTurn(execution, proposal, planned);
  if (planned.target.member === undefined) return taken;
  return taken instanceof Promise
    ? taken.then((one) => orNext(execution, proposal, one, turn))
    : orNext(execution, proposal, taken, turn);
}

function orNext(
  execution: CallContext,
  proposal: Proposal,
  taken: Taken,
  turn: number,
): Taken | Promise<Taken> {
  if ("call" in taken || turn >= mostTurns || !isElsewhere(execution, proposal, taken)) return taken;
  const next: Proposal = { ...proposal, delayMs: 0 };
  const admitted = admitCall(execution, next);
  const go = (one: Taken) => ("call" in one ? takeAnyTurn(execution, next, one, turn + 1) : taken);
  return admitted instanceof Promise ? admitted.then(go) : go(admitted);
}

/** True if another member may be called in place of one that was refused after a wait. */
function isElsewhere(execution: CallContext, { model, hop }: Proposal, { stage, refusal }: Refused): boolean {
  if (stage === "limits") return notYetCalled(execution, model, hop).length > 0;
  if (stage !== "constraint" || refusal.by === "deadline") return false;
  const asked = execution.poolOf?.(model)?.ask(hop, execution.ports.clock.wall()) ?? [];
  return asked.some(({ permitted }) => permitted === true);
}
