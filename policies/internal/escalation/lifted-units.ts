import { InvalidOptionError, type PolicyInputRuntime } from "../../../src/contracts/index.ts";

/** Units that a person has lifted the cap of, by key. */
export interface LiftedUnits {
  /** True if the unit is neither capped nor tested now. */
  has(key: string): boolean;
  /** Enters a lift until a time of day. Returns its end on the monotonic clock; undefined if it is known, or over. */
  add(key: string, until: number): number | undefined;
  /** Returns keys and ends, as times of day. */
  entries(): readonly (readonly [key: string, until: number])[];
}

export const mostLifts = 1_000;

export function createLiftedUnits({
  now,
  monotonic,
}: Pick<PolicyInputRuntime, "now" | "monotonic">): LiftedUnits {
  const ends = new Map<string, { readonly at: number; readonly until: number }>();
  const has = (key: string): boolean => {
    if (ends.size === 0) return false;
    const end = ends.get(key);
    if (end === undefined) return false;
    if (monotonic() < end.at) return true;
    ends.delete(key);
    return false;
  };
  return {
    has,
    add(key, until) {
      // One that is over by this clock, and not by that of another process, is not told again and again either.
      if (until <= now() || (has(key) && ends.get(key)?.until === until)) return undefined;
      for (const one of [...ends.keys()]) has(one);
      if (ends.size >= mostLifts && !ends.has(key))
        throw new InvalidOptionError(
          "liftCap",
          ends.size + 1,
          `at most ${mostLifts} lifted caps at a time: state usualOf where a share is usual for good`,
        );
      const at = monotonic() + until - now();
      ends.set(key, { at, until });
      return at;
    },
    entries: () =>
      [...ends].flatMap(([key, { at }]) =>
        monotonic() < at ? [[key, now() + at - monotonic()] as const] : [],
      ),
  };
}
