import { admitMember } from "./admit-member.ts";
import { admitTarget, type PlannedCall } from "./admit-target.ts";
import type { CallContext } from "./context.ts";
import type { Proposal } from "./plan/index.ts";
import { forbidden, type Refused } from "./refused.ts";
import { targetOf } from "./target.ts";

/**
 * Takes a proposed call through the ports: constraints, `fits` and `ask` (no side effects), then `reserve`
 * and `enter`. Synchronous unless a remote ledger has to be asked. Of a pool the members are taken through them in the
 * pool's order, until one may be called.
 */
export function admitCall(
  execution: CallContext,
  proposal: Proposal,
): PlannedCall | Refused | Promise<PlannedCall | Refused> {
  const { model, hop, lastResort } = proposal;
  const pool = execution.poolOf?.(model);
  if (pool !== undefined) return admitMember(execution, proposal, pool);
  const target = targetOf(execution, model);
  const permitted = execution.permits(target.candidate, hop, execution.ports.clock.wall());
  if (permitted !== true) return forbidden(proposal, permitted, hop === "answer" && lastResort !== true);
  return admitTarget(execution, proposal, target);
}
