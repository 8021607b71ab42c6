import type { Policy } from "../../contracts/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { policyHash } from "../../router/decide/index.ts";
import { nothingBegun } from "../units/begun-parts.ts";
import type { ResolvedRollout } from "./rollout-options.ts";
import type { RolloutRecord } from "./rollout-record.ts";

/** Returns the record of a rollout that begins. */
export function firstRecord(
  { id, stages, holdOut, confidence, guards }: ResolvedRollout,
  saltHash: string,
  policy: Policy<string>,
  now: number,
): RolloutRecord {
  const margins = guards.map(({ name, kind, margin, marginOf }) => [name, kind, margin, marginOf]);
  const parameters = { policy: policyHash(policy), stages, holdOut, confidence, margins };
  return {
    formatVersion: 1,
    id,
    generation: nodeCrypto().randomUUID(),
    saltHash,
    settingsHash: policyHash({ name: "rollout", parameters }),
    epoch: 0,
    state: "running",
    stage: 0,
    since: Math.floor(now),
    before: { control: 0, candidate: 0 },
    begun: nothingBegun,
    overruled: [],
    revision: 0,
    tables: [],
    history: [],
  };
}
