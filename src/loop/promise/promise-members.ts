import { readState, type StateTable } from "../../plugin/index.ts";

/** The processes that share a promise, as a store holds them. */
export interface PromiseMembers {
  readonly formatVersion: 1;
  /** Number of renewals: states of earlier ones do not count. */
  readonly generation: number;
  readonly members: readonly PromiseMember[];
}

export interface PromiseMember {
  readonly name: string;
  /** Time at which it said that it is there, on the store's clock in milliseconds since the epoch. */
  readonly at: number;
}

/** Largest number of processes of a promise; each of them reads the states of all others. */
export const mostMembers = 64;
/** Largest number of renewals that is taken for one. */
export const mostRenewals = 1e9;
const longest = 65_536;
/** Names of processes. */
export const memberName: RegExp = /^[\w.:-]{1,64}$/;

const count = { is: "number", min: 0, integer: true } as const;

const promiseMembers: StateTable<PromiseMembers> = {
  formatVersion: { is: "choice", of: [1] },
  generation: { ...count, max: mostRenewals },
  members: {
    is: "list",
    max: mostMembers,
    of: {
      is: "table",
      of: { name: { is: "text", pattern: memberName }, at: { ...count, max: Number.MAX_SAFE_INTEGER } },
    },
  },
};

/** Reads the members; undefined for everything else, which counts as none: a store may hold anything. */
export function readMembers(text: string | undefined): PromiseMembers | undefined {
  if (text === undefined || text.length > longest) return undefined;
  try {
    return readState("members", promiseMembers, JSON.parse(text) as PromiseMembers);
  } catch {
    return undefined;
  }
}
