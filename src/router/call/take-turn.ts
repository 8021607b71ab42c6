import { isRouterError } from "../../contracts/index.ts";
import { wait } from "../../plugin/wait.ts";
import { giveBack, type PlannedCall, refusedNow } from "./admit-target.ts";
import type { CallContext } from "./context.ts";
import type { Proposal } from "./plan/index.ts";
import { type Refused, tooLate, withoutRoom } from "./refused.ts";
import { type Room, takeRoom } from "./take-room.ts";

/**
 * Waits until an accepted call may start: for its backoff, a rate, or a place among the calls under way.
 * Synchronous if there is no wait. After a wait the constraints are evaluated again. Rejects with the
 * signal's reason on an abort. A call that is not made has given everything back.
 */
export function takeTurn(
  execution: CallContext,
  proposal: Proposal,
  planned: PlannedCall,
): PlannedCall | Refused | Promise<PlannedCall | Refused> {
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

async function afterDelay(
  execution: CallContext,
  proposal: Proposal,
  planned: PlannedCall,
): Promise<PlannedCall | Refused> {
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
): Promise<PlannedCall | Refused> {
  try {
    return settle(execution, proposal, planned, await taking);
  } catch (error) {
    giveBack(execution, planned);
    if (isRouterError(error, "deadline-exceeded")) return tooLate(proposal);
    throw error;
  }
}

function settle(
  execution: CallContext,
  proposal: Proposal,
  planned: PlannedCall,
  room: Room,
): PlannedCall | Refused {
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
