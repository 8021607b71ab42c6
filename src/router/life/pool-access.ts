import type { Constraint, Model, RequestFacts } from "../../contracts/index.ts";
import type { PoolAccess } from "../call/index.ts";
import { askMembers, type CandidateParts, type DecidingPool } from "../decide/index.ts";

/** Parts that answer for the members of pools in one request. */
export interface AccessParts<Id extends string> {
  readonly deciding: CandidateParts;
  readonly constraints: readonly Constraint<Id>[];
  readonly request: RequestFacts;
  /** Returns milliseconds on the monotonic clock. */
  readonly now: () => number;
}

/** Returns the members of a pool as execution reaches them. */
export function poolAccess<Id extends string>(
  id: Id,
  model: Model,
  pool: DecidingPool,
  { deciding, constraints, request, now }: AccessParts<Id>,
): PoolAccess {
  return {
    rules: model.pool,
    ask: (hop, wall) =>
      askMembers(deciding, id, pool.members(), constraints, { request, hop, now: wall }, now()),
  };
}
