import type { Load, Member, Model } from "../src/contracts/index.ts";
import { mergeFacts } from "../src/plugin/merge-facts.ts";
import { askEndpoint, type EndpointReport } from "./ask-endpoint.ts";
import { askServer, type ServerReport } from "./ask-server.ts";

export interface PoolReport {
  readonly members: readonly MemberReport[];
  /** Number of members that were not asked. */
  readonly notAsked: number;
  /** Problems with the pool that it reports itself. */
  readonly problems: readonly string[];
}

export interface MemberReport {
  readonly key: string;
  /** Address of the endpoint, as far as its provider says it. */
  readonly address?: string | undefined;
  readonly state: Member["state"];
  readonly endpoint: EndpointReport;
  readonly server?: ServerReport | undefined;
  readonly load?: Load | undefined;
}

/** Most members that are asked. */
const mostMembers = 50;

/** Asks the members of a pool what they are. Never rejects. */
export async function inspectPool(model: Model, timeoutMs: number, now: () => number): Promise<PoolReport> {
  const all = membersOf(model);
  const members = await Promise.all(
    all.slice(0, mostMembers).map(async ({ key, model: member, state, load }) => {
      const [endpoint, server] = await Promise.all([
        askEndpoint(member, timeoutMs, now),
        askServer(member, timeoutMs),
      ]);
      const address = member.endpoint === undefined ? {} : { address: member.endpoint };
      return { key, ...address, state, endpoint, ...server, ...(load !== undefined && { load }) };
    }),
  );
  return { members, notAsked: all.length - members.length, problems: problemsOf(model) };
}

/** Returns a pool with the facts that hold for all members that it has now; another model as it is. */
export function withMembersFacts(model: Model): Model {
  if (model.members === undefined) return model;
  const facts = membersOf(model).map((member) => member.facts);
  if (facts.length === 0) return model;
  const prices = new Set(facts.map(({ price }) => JSON.stringify(price)));
  return { ...model, ...mergeFacts(model.name, facts, prices.size === 1 ? facts[0]?.price : undefined) };
}

function membersOf(model: Model): readonly Member[] {
  return model.members?.() ?? [];
}

function problemsOf({ pool }: Model): readonly string[] {
  try {
    return pool?.problems?.() ?? [];
  } catch {
    return ["it cannot say what is wrong with it: problems() threw"];
  }
}

/** A remark about pools, and the id that it is about. */
export interface PoolRemark {
  readonly isProblem: boolean;
  readonly text: string;
}

/** Returns what is wrong with a pool, or could be better. */
export function poolRemarks(id: string, { members, problems }: PoolReport): readonly PoolRemark[] {
  if (members.length === 0)
    return [...problems, "the pool has no endpoint"].map((text) => ({
      isProblem: true,
      text: `${id}: ${text}`,
    }));
  return [
    ...problems.map((text) => ({ isProblem: true, text: `${id}: ${text}` })),
    ...members.flatMap(({ key, endpoint, server }) => [
      ...[endpoint.problem, endpoint.unlisted, server?.problem].flatMap((text) =>
        text === undefined ? [] : [{ isProblem: true, text: `${key}: ${text}` }],
      ),
      ...(server?.notice === undefined ? [] : [{ isProblem: false, text: `${key}: ${server.notice}` }]),
    ]),
  ];
}

/** Names endpoints that are in two pools: each counts its own calls only. */
export function sharedEndpoints(
  reports: readonly { readonly id: string; readonly pool?: PoolReport | undefined }[],
): readonly string[] {
  const ids = new Map<string, Set<string>>();
  for (const { id, pool } of reports)
    for (const { address } of pool?.members ?? [])
      if (address !== undefined) ids.set(address, (ids.get(address) ?? new Set()).add(id));
  return [...ids].flatMap(([address, of]) =>
    of.size < 2
      ? []
      : [`${[...of].join(", ")}: ${address} is in each of them, which count their calls apart`],
  );
}
