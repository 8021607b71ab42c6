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

/** Reads the members; undefined for everything else, which counts as none: a store may hold anything. */
export function readMembers(text: string | undefined): PromiseMembers | undefined {
  if (text === undefined || text.length > longest) return undefined;
  try {
    const { formatVersion, generation, members } = JSON.parse(text) as Partial<PromiseMembers>;
    const isFit =
      formatVersion === 1 &&
      isCount(generation, mostRenewals) &&
      Array.isArray(members) &&
      members.every(isMember);
    if (!isFit || members.length > mostMembers) return undefined;
    return {
      formatVersion: 1,
      generation: generation as number,
      members: members.map(({ name, at }: PromiseMember) => ({ name, at })),
    };
  } catch {
    return undefined;
  }
}

function isMember(value: unknown): boolean {
  const { name, at } = (value ?? {}) as Partial<PromiseMember>;
  return typeof name === "string" && memberName.test(name) && isCount(at, Number.MAX_SAFE_INTEGER);
}

function isCount(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
