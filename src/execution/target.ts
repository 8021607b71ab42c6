import type { Candidate, Hop, Member, Model, RequestFacts } from "../contracts/index.ts";
import type { AskedMember, CallContext, PoolAccess } from "./context.ts";

/** Something that a call can go to: a model, or one member of a pool. */
export interface Target {
  /** Id of the model or the pool. */
  readonly id: string;
  /** Name by which breakers, limits and health are kept. */
  readonly name: string;
  readonly candidate: Candidate;
  readonly model: Model;
  /** Absent: the model is not a pool. */
  readonly member?: Member | undefined;
}

/** Returns a model that is not a pool as a target. */
export function targetOf(context: CallContext, id: string): Target {
  const candidate = context.candidateOf(id, context.ports.clock.monotonic());
  return { id, name: candidate.facts.name, candidate, model: context.modelOf(id) };
}

export function memberTarget(id: string, { member, candidate }: AskedMember): Target {
  return { id, name: member.key, candidate, model: member.model, member };
}

/** Evaluates the constraints about a target once more, for instance after a wait. */
export function permitsNow(context: CallContext, { id, member, name }: Target, hop: Hop): true | string {
  const { clock } = context.ports;
  if (member === undefined)
    return context.permits(context.candidateOf(id, clock.monotonic()), hop, clock.wall());
  const pool = context.poolOf?.(id);
  const found = pool?.ask(hop, clock.wall()).find((one) => one.member.key === name);
  return found?.permitted ?? `${name} has left the pool`;
}

/** Returns members in the order of the pool's rule. What a rule returns twice, or wrongly, counts once, or not. */
export function inOrder(
  { ports, facts }: CallContext,
  { rules }: PoolAccess,
  members: readonly AskedMember[],
): readonly AskedMember[] {
  if (rules === undefined || members.length < 2) return members;
  const draws = [ports.random(), ports.random()] as const;
  const order = rules.order(
    members.map(({ member }) => member),
    { key: sessionKey(facts), draws },
  );
  const found = new Set<AskedMember>();
  for (const index of order) {
    const one = members[index];
    if (one !== undefined) found.add(one);
  }
  // A member that the rule left out comes last.
  for (const one of members) found.add(one);
  return [...found];
}

/** Sessions of two tenants may have one name. */
function sessionKey({ tenant, session }: RequestFacts): string | undefined {
  return session === undefined || tenant === undefined ? session : JSON.stringify([tenant, session]);
}
