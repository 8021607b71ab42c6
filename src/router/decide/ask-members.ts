import type {
  Candidate,
  Constraint,
  ConstraintContext,
  Health,
  Member,
  MemberRecord,
  ModelFacts,
  PoolLoad,
} from "../../contracts/index.ts";
import { mergeFacts } from "../../plugin/merge-facts.ts";
import { reasonOfNone } from "../../plugin/reason-of-none.ts";
import { type CandidateParts, candidateFor, candidateOf } from "./candidate.ts";
import { leaveOutUnknown } from "./capabilities.ts";
import type { Deciding, DecisionParts } from "./deciding.ts";
import { permits } from "./eligible.ts";
import type { Kin } from "./same-model.ts";

/** A member, and what the constraints answered about it. */
export interface AskedMember<Id extends string = string> {
  readonly member: Member;
  readonly candidate: Candidate<Id>;
  readonly permitted: true | string;
}

/** A pool of which the constraints were asked about each member. */
export interface AskedPool<Id extends string> {
  readonly candidate: Candidate<Id>;
  /** True, or the reasons why no member is permitted. */
  readonly permitted: true | string;
  readonly members: readonly MemberRecord[];
  readonly asked: readonly AskedMember<Id>[];
}

/** Largest number of members that a decision lists. */
const mostRecorded = 100;

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

/**
 * Asks constraints about each member of a pool, with the pool's id and the member's facts. A member that is not known to read
 * an image or a file is left out where another one is known to, as models are. `at` is a time on the monotonic clock.
 */
export function askMembers<Id extends string>(
  parts: CandidateParts,
  id: Id,
  members: readonly Member[],
  constraints: readonly Constraint<Id>[],
  context: ConstraintContext,
  at: number,
): readonly AskedMember<Id>[] {
  const asked = members.map((member): AskedMember<Id> => {
    const candidate = candidateFor(parts, id, member, context.request, at);
    const permitted =
      member.state === "draining" ? "state: draining" : permits(candidate, constraints, context);
    return { member, candidate, permitted };
  });
  return withoutUnknown(asked, context.request, parts.strictCapabilities);
}

function withoutUnknown<Id extends string>(
  asked: readonly AskedMember<Id>[],
  request: ConstraintContext["request"],
  isStrict: boolean,
): readonly AskedMember<Id>[] {
  const permitted = asked.filter((one) => one.permitted === true);
  const unknown = leaveOutUnknown(
    permitted.map(({ member, candidate }) => ({ ...candidate, id: member.key })),
    request,
    isStrict,
  );
  if (unknown === undefined) return asked;
  return asked.map((one) => {
    const found = one.permitted === true ? unknown.get(one.member.key) : undefined;
    return found === undefined ? one : { ...one, permitted: `capabilities: ${found.reason}` };
  });
}

/** Returns the candidate of a pool: what holds for every permitted member, or for all if none is permitted. */
function poolCandidate<Id extends string>(
  id: Id,
  facts: ModelFacts,
  asked: readonly AskedMember<Id>[],
): Candidate<Id> {
  const permitted = asked.filter((one) => one.permitted === true);
  const among = permitted.length > 0 ? permitted : asked;
  if (among.length === 0) return candidateOf(id, facts, undefined);
  const candidates = among.map(({ candidate }) => candidate);
  const most = dearest(candidates);
  const merged = mergeFacts(
    facts.name,
    candidates.map((one) => one.facts),
    most?.facts.price,
  );
  const kin: Kin = {
    sameAs: allOf(candidates.map(({ sameAs }) => sameAs)),
    derivedFrom: candidates[0]?.derivedFrom,
    namedBy: allOf(candidates.map(({ namedBy }) => namedBy)),
  };
  return candidateOf(id, { ...merged, effort: facts.effort }, kin, {
    estimatedInputTokens: largest(candidates, "estimatedInputTokens"),
    estimatedCostUsd: largest(candidates, "estimatedCostUsd"),
    leastCostUsd: largest(candidates, "leastCostUsd"),
    leastTokens: largest(candidates, "leastTokens"),
    usualOutputTokens: largest(candidates, "usualOutputTokens"),
    health: healthOf(candidates.map(({ health }) => health)),
    load: loadOf(healthyOf(among)),
    gpu: (most ?? candidates.find((one) => one.gpu !== undefined))?.gpu,
  });
}

/** Returns the members for the decision. */
function memberRecords(asked: readonly AskedMember[]): readonly MemberRecord[] {
  return asked.slice(0, mostRecorded).map(({ member, permitted }) => ({
    endpoint: member.facts.endpoint ?? member.key,
    permitted,
    ...(member.state !== "ready" && member.state !== "draining" && { state: member.state }),
    ...(member.load !== undefined && { load: member.load }),
  }));
}

type Amount =
  | "estimatedInputTokens"
  | "estimatedCostUsd"
  | "leastCostUsd"
  | "leastTokens"
  | "usualOutputTokens";

/** Returns the largest amount; undefined if one is not known. */
function largest(candidates: readonly Candidate[], amount: Amount): number | undefined {
  let found: number | undefined;
  for (const { [amount]: value } of candidates) {
    if (value === undefined) return undefined;
    found = Math.max(found ?? value, value);
  }
  return found;
}

/** Returns the candidate that costs the most for this request; undefined if a price is not known. */
function dearest(candidates: readonly Candidate[]): Candidate | undefined {
  let found: Candidate | undefined;
  for (const one of candidates) {
    if (one.facts.price === undefined) return undefined;
    const costUsd = one.estimatedCostUsd ?? Number.POSITIVE_INFINITY;
    if (found === undefined || costUsd > (found.estimatedCostUsd ?? Number.POSITIVE_INFINITY)) found = one;
  }
  return found;
}

/** A pool is healthy while one member is, or nothing is known of one. */
function healthOf(all: readonly (Health | undefined)[]): Health | undefined {
  const known = all.filter((one) => one !== undefined);
  if (known.length === 0) return undefined;
  const times = known.flatMap(({ p95FirstTokenMs }) =>
    p95FirstTokenMs === undefined ? [] : [p95FirstTokenMs],
  );
  return {
    healthy: known.length < all.length || known.some(({ healthy }) => healthy),
    p95FirstTokenMs: times.length === 0 ? undefined : Math.max(...times),
  };
}

/** Returns the members without those that are known to fail: a wait there is no wait of the pool. */
function healthyOf<Id extends string>(asked: readonly AskedMember<Id>[]): readonly AskedMember<Id>[] {
  const healthy = asked.filter(({ candidate }) => candidate.health?.healthy !== false);
  return healthy.length > 0 ? healthy : asked;
}

function loadOf(asked: readonly AskedMember[]): PoolLoad | undefined {
  const loads = asked.map(({ member }) => member.load);
  const waiting = loads.flatMap((load) => (load?.waiting === undefined ? [] : [load.waiting]));
  const waits = loads.flatMap((load) => (load?.expectedWaitMs === undefined ? [] : [load.expectedWaitMs]));
  const isKnown = waits.length === loads.length;
  if (waiting.length === 0 && !isKnown) return undefined;
  return {
    waiting: waiting.length === 0 ? undefined : waiting.reduce((sum, one) => sum + one, 0),
    expectedWaitMs: isKnown ? Math.min(...waits) : undefined,
  };
}

function allOf(lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined {
  const all = [...new Set(lists.flatMap((list) => list ?? []))];
  return all.length === 0 ? undefined : all;
}
