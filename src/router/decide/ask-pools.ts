import type { Candidate, MemberRecord } from "../../contracts/index.ts";
import { reasonOfNone } from "../../plugin/reason-of-none.ts";
import { type AskedMember, askMembers, memberRecords, poolCandidate } from "./ask-members.ts";
import type { Deciding, DecisionParts } from "./deciding.ts";

/** A pool of which the constraints were asked about each member. */
export interface AskedPool<Id extends string> {
  readonly candidate: Candidate<Id>;
  /** True, or the reasons why no member is permitted. */
  readonly permitted: true | string;
  readonly members: readonly MemberRecord[];
  readonly asked: readonly AskedMember<Id>[];
}

/** Asks constraints about the members of all pools. `at` is a time on the monotonic clock. */
export function askPools<Id extends string>(
  parts: DecisionParts<Id>,
  { request, constraints }: Deciding<Id>,
  now: number,
  at: number,
): ReadonlyMap<Id, AskedPool<Id>> {
  const pools = new Map<Id, AskedPool<Id>>();
  for (const { id, facts, pool } of parts.models) {
    if (pool === undefined) continue;
    const context = { request, hop: "answer", now } as const;
    const asked = askMembers(parts, id, pool.members(), constraints, context, at);
    pools.set(id, {
      candidate: poolCandidate(id, facts, asked),
      permitted: permittedOf(asked),
      members: memberRecords(asked),
      asked,
    });
  }
  return pools;
}

/** True if a member is permitted, else the reason of each. */
export function permittedOf(asked: readonly AskedMember[]): true | string {
  return asked.some(({ permitted }) => permitted === true) || reasonOfNone(asked);
}

/** Returns the candidates for which the input may have to be counted: of a pool each member. */
export function toCount<Id extends string>(
  all: readonly Candidate<Id>[],
  pools: ReadonlyMap<Id, AskedPool<Id>>,
): readonly Candidate<Id>[] {
  return all.flatMap((one) => pools.get(one.id)?.asked.map(({ candidate }) => candidate) ?? [one]);
}
