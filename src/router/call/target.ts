import type {
  Candidate,
  Member,
  Model,
  OrderContext,
  PoolRules,
  RequestFacts,
} from "../../contracts/index.ts";
import { dropPromises } from "../../plugin/index.ts";
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

/** Returns members in the order of the pool's rule. What a rule returns twice, or wrongly, counts once, or not. */
export function inOrder(
  { ports, facts }: CallContext,
  { rules }: PoolAccess,
  members: readonly AskedMember[],
): readonly AskedMember[] {
  if (rules === undefined || members.length < 2) return members;
  const draws = [ports.random(), ports.random()] as const;
  const context = { key: sessionKey(facts), draws };
  const found = new Set<AskedMember>();
  for (const index of orderOf(rules, members, context)) {
    const one = Number.isInteger(index) ? members[index] : undefined;
    if (one !== undefined) found.add(one);
  }
  // A member that the rule left out comes last.
  for (const one of members) found.add(one);
  return [...found];
}

/** Returns what a rule says. One that throws, or says nothing, says nothing of the order: a request is not lost by it. */
function orderOf(
  rules: PoolRules,
  members: readonly AskedMember[],
  context: OrderContext,
): readonly number[] {
  try {
    const order: unknown = rules.order(
      members.map(({ member }) => member),
      context,
    );
    // What is longer than this repeats itself.
    if (Array.isArray(order)) return order.slice(0, members.length);
    dropPromises(order);
  } catch {
    // The members are taken in their order.
  }
  return [];
}

/** Sessions of two tenants may have one name. */
function sessionKey({ tenant, session }: RequestFacts): string | undefined {
  return session === undefined || tenant === undefined ? session : JSON.stringify([tenant, session]);
}
