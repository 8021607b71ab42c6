import { type Hop, isRouterError } from "../../contracts/index.ts";
import { wait } from "../../plugin/wait.ts";
import { admitCall } from "./admit-call.ts";
import {
  giveBack,
  type PlannedCall,
  type Refused,
  refusedNow,
  tooLate,
  withoutRoom,
} from "./admit-target.ts";
import type { AskedMember, CallContext } from "./context.ts";
import type { Proposal } from "./plan/index.ts";
import { type Room, takeRoom } from "./take-room.ts";

type Taken = PlannedCall | Refused;

/** Most members of a pool whose turn a call waits for. */
const mostTurns = 16;

/**
 * Waits until an accepted call may start: for its backoff, a rate, or a place among the calls under way.
 * Synchronous if there is no wait. After a wait the constraints are evaluated again. Rejects with the
 * signal's reason on an abort. A call that is not made has given everything back.
 *
 * Where a member of a pool has no room, the members that the plan has not called yet are taken; where it has left the pool
 * meanwhile, those that may be called.
 */
export function takeTurn(
  execution: CallContext,
  proposal: Proposal,
  planned: PlannedCall,
  turn = 1,
): Taken | Promise<Taken> {
  const taken = takeOneTurn(execution, proposal, planned);
  if (planned.target.member === undefined) return taken;
  return taken instanceof Promise
    ? taken.then((one) => orNext(execution, proposal, one, turn))
    : orNext(execution, proposal, taken, turn);
}

function takeOneTurn(
  execution: CallContext,
  proposal: Proposal,
  planned: PlannedCall,
): Taken | Promise<Taken> {
  if (proposal.delayMs > 0) return afterDelay(execution, proposal, planned);
  const room = takeRoom(execution, planned.pass, patienceOf(execution, proposal, planned));
  return room instanceof Promise
    ? afterRoom(execution, proposal, planned, room)
    : settle(execution, proposal, planned, room);
}

/** Returns the milliseconds for which a call waits for a rate or a pause. */
function patienceOf(
  { ports }: CallContext,
  { lastResort, direct }: Proposal,
  { patienceMs }: PlannedCall,
): number {
  return lastResort === true || direct === true ? ports.options.retryAfterCapMs : patienceMs;
}

async function afterDelay(execution: CallContext, proposal: Proposal, planned: PlannedCall): Promise<Taken> {
  const { signal, ports } = execution;
  try {
    await wait(proposal.delayMs, signal, ports.clock);
  } catch (error) {
    giveBack(execution, planned);
    throw error;
  }
  const refused = endIfRefused(execution, proposal, planned);
  if (refused !== undefined) return refused;
  const room = takeRoom(execution, planned.pass, patienceOf(execution, proposal, planned));
  return afterRoom(execution, proposal, planned, room);
}

async function afterRoom(
  execution: CallContext,
  proposal: Proposal,
  planned: PlannedCall,
  taking: Room | Promise<Room>,
): Promise<Taken> {
  try {
    return settle(execution, proposal, planned, await taking);
  } catch (error) {
    giveBack(execution, planned);
    if (isRouterError(error, "deadline-exceeded")) return tooLate(proposal);
    throw error;
  }
}

function settle(execution: CallContext, proposal: Proposal, planned: PlannedCall, room: Room): Taken {
  if (!("by" in room))
    return (room.waited ? endIfRefused(execution, proposal, planned) : undefined) ?? planned;
  giveBack(execution, planned);
  return withoutRoom(proposal, room);
}

/** Returns the refusal of a call that may no longer be made after a wait, and gives everything back. */
function endIfRefused(execution: CallContext, proposal: Proposal, planned: PlannedCall): Refused | undefined {
  const refused = refusedNow(execution, proposal, planned.target);
  if (refused !== undefined) giveBack(execution, planned);
  return refused;
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
  const go = (one: Taken) => ("call" in one ? takeTurn(execution, next, one, turn + 1) : taken);
  return admitted instanceof Promise ? admitted.then(go) : go(admitted);
}

/** True if another member may be called in place of one that was refused after a wait. */
function isElsewhere(execution: CallContext, { model, hop }: Proposal, { stage, refusal }: Refused): boolean {
  if (stage === "limits") return notYetCalled(execution, model, hop).length > 0;
  if (stage !== "constraint" || refusal.by === "deadline") return false;
  const asked = execution.poolOf?.(model)?.ask(hop, execution.ports.clock.wall()) ?? [];
  return asked.some(({ permitted }) => permitted === true);
}

/** Returns the permitted members of a pool that the plan has not called; none if the model is not a pool. */
function notYetCalled(execution: CallContext, model: string, hop: Hop): readonly AskedMember[] {
  const called = execution.called?.get(model);
  const asked = execution.poolOf?.(model)?.ask(hop, execution.ports.clock.wall()) ?? [];
  return asked.filter(({ member, permitted }) => permitted === true && called?.includes(member.key) !== true);
}
