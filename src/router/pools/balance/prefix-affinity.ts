import type { Member } from "../../../contracts/index.ts";
import type { OptionTable } from "../../../plugin/options/option-table.ts";
import { readOptions } from "../../../plugin/options/read-options.ts";
import type { BalanceRule } from "./balance-rule.ts";
import { callsOf, sortedBy } from "./calls-of.ts";
import { powerOfTwo } from "./power-of-two.ts";

export interface PrefixAffinityOptions {
  /** Source of the key: the request's session, or the beginning of its prompt. Default `session`. */
  readonly by?: "session" | "prefix" | undefined;
  /**
   * Most calls of a member as a multiple of the members' mean, at least 1. Default 1.25: a busier member is passed over
   * until it has caught up, at the price of a cold cache elsewhere.
   */
  readonly maxLoadRatio?: number | undefined;
}

export const prefixAffinityOptions: OptionTable<PrefixAffinityOptions> = {
  by: { is: "choice", of: ["session", "prefix"], default: "session" },
  maxLoadRatio: { is: "number", min: 1, default: 1.25 },
};

/** A rule that needs a key. */
export interface AffinityRule extends BalanceRule {
  readonly by: "session" | "prefix";
}

/**
 * Asks the same member first for the same key, so that it finds the prefix in its cache: rendezvous hashing (the
 * member whose hash together with the key's is highest), with bounded load. When a member comes or goes, only its own
 * keys move. A member that has more than its share of calls, or whose engine reports a queue, comes after those that
 * have room. Without a key it is `powerOfTwo`.
 *
 * Throws `InvalidOptionError`.
 */
export function prefixAffinity(options: PrefixAffinityOptions = {}): AffinityRule {
  const { by, maxLoadRatio } = readOptions("prefixAffinity", prefixAffinityOptions, options);
  return {
    name: "prefixAffinity",
    by,
    order(members, context) {
      const { key, draws } = context;
      if (key === undefined || key === "") return powerOfTwo.order(members, context);
      const keyHash = hashOf(key);
      const weights = members.map((member) => mixed(keyHash, member.prefixHash ?? hashOf(member.key)));
      const ranked = sortedBy(members.length, 0, (index) => -(weights[index] as number));
      const most = mostCalls(members, maxLoadRatio);
      const hasRoom = (index: number): boolean => {
        const member = members[index];
        return member !== undefined && callsOf(member) < most && !(member.load?.waiting ?? 0);
      };
      const full = sortedBy(members.length, draws[0], (index) => crowding(members[index] as Member));
      return [...ranked.filter(hasRoom), ...full.filter((index) => !hasRoom(index))];
    },
  };
}

/** Returns how full a member is: its queue for each call that it answers, which tells a fast engine from a slow one. */
function crowding(member: Member): number {
  const { running, waiting } = member.load ?? {};
  if (running === undefined || waiting === undefined) return callsOf(member);
  return (waiting + 1) / (running + 1);
}

/** Returns the calls from which a member has no room: its share of all calls with this one, times the ratio. */
function mostCalls(members: readonly Member[], ratio: number): number {
  const all = members.reduce((sum, member) => sum + callsOf(member), 0);
  return Math.ceil((ratio * (all + 1)) / Math.max(1, members.length));
}

/** Longest part of a key that is read, in characters. */
const longestKey = 4_096;

/** FNV-1a over the characters: the same on every machine. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length && at < longestKey; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  return hash >>> 0;
}

/** Mixes two hashes to one that is uniform (the finaliser of MurmurHash3). */
function mixed(one: number, other: number): number {
  let hash = Math.imul(one ^ Math.imul(other | 0, 0x9e37_79b1), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
