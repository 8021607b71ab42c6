import { isRouterError } from "../contracts/index.ts";
import { wait } from "../plugin/wait.ts";
import { giveBack, type PlannedCall } from "./admit-call.ts";
import type { Execution } from "./context.ts";
import { leftMs } from "./deadline.ts";
import type { Proposal } from "./plan/index.ts";
import { forbidden, type Refused, tooLate, withoutRoom } from "./refused.ts";
import { type Room, takeRoom } from "./take-room.ts";

/**
 * Waits until an accepted call may start: for its backoff, a rate, or a place among the calls under way.
 * Synchronous if there is no wait. After a wait the constraints are evaluated again. Rejects with the
 * signal's reason on an abort. A call that is not made has given everything back.
 */
export function takeTurn(
  execution: Execution,
  proposal: Proposal,
  planned: PlannedCall,
): PlannedCall | Refused | Promise<PlannedCall | Refused> {
  if (proposal.delayMs > 0) return afterDelay(execution, proposal, planned);
  const room = takeRoom(execution, planned.pass, proposal.lastResort === true);
  return room instanceof Promise
    ? afterRoom(execution, proposal, planned, room)
    : settle(execution, proposal, planned, room);
}

async function afterDelay(
  execution: Execution,
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
  const refused = refusedNow(execution, proposal, planned);
  if (refused !== undefined) return refused;
  const room = takeRoom(execution, planned.pass, proposal.lastResort === true);
  return afterRoom(execution, proposal, planned, room);
}

async function afterRoom(
  execution: Execution,
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
  execution: Execution,
  proposal: Proposal,
  planned: PlannedCall,
  room: Room,
): PlannedCall | Refused {
  if (!("by" in room)) return (room.waited ? refusedNow(execution, proposal, planned) : undefined) ?? planned;
  giveBack(execution, planned);
  return withoutRoom(proposal, room);
}

/**
 * Returns the refusal of a call that may no longer be made after a wait, and gives everything back; undefined
 * if the call may be made.
 */
function refusedNow(execution: Execution, proposal: Proposal, planned: PlannedCall): Refused | undefined {
  const isLate = leftMs(execution) <= 0;
  const { clock } = execution.ports;
  const permitted =
    isLate ||
    execution.permits(execution.candidateOf(proposal.model, clock.monotonic()), proposal.hop, clock.wall());
  if (!isLate && permitted === true) return undefined;
  giveBack(execution, planned);
  return isLate ? tooLate(proposal) : forbidden(proposal, String(permitted), true);
}
