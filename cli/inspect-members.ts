import type { Model } from "../src/contracts/index.ts";
import { askServer, type ServerReport } from "./ask-server.ts";
import { askEndpoint, type EndpointReport } from "./inspect-endpoint.ts";
import type { Terminal } from "./io.ts";

/** One endpoint of a pool. */
export interface MemberReport {
  readonly address: string;
  readonly state: string;
  readonly endpoint: EndpointReport;
  /** Answer of the server to the question what it is. Absent: its provider cannot ask. */
  readonly server?: ServerReport | undefined;
}

/** Members of a pool that are asked. */
const mostAsked = 50;

/** Asks the endpoints of a pool what they are; undefined for a model that is not one. */
export async function inspectMembers(
  model: Model,
  timeoutMs: number,
  terminal: Terminal,
): Promise<readonly MemberReport[] | undefined> {
  const members = model.members?.();
  if (members === undefined) return undefined;
  return Promise.all(
    members.slice(0, mostAsked).map(async (member) => {
      const [endpoint, asked] = await Promise.all([
        askEndpoint(member.model, timeoutMs, terminal.now),
        askServer(member.model, timeoutMs),
      ]);
      return { address: member.facts.endpoint ?? member.key, state: member.state, endpoint, ...asked };
    }),
  );
}

/** Returns remarks on the endpoints of a pool, each with true if it is a problem. */
export function memberRemarks(
  members: readonly MemberReport[] | undefined,
): readonly (readonly [boolean, string])[] {
  return (members ?? []).flatMap(({ address, endpoint, server }) =>
    (
      [
        [true, endpoint.problem],
        [true, endpoint.unlisted],
        [true, server?.problem],
        [false, server?.notice],
      ] as const
    ).flatMap(([isProblem, text]) =>
      text === undefined ? [] : [[isProblem, `${address}: ${text}`] as const],
    ),
  );
}
