import type { Member } from "../../../contracts/index.ts";
import type { MemberLife } from "./member-life.ts";

/** Members whose life is not known to be in doubt come first, those that do not answer last. */
const placeOf = { ready: 0, late: 2, loading: 3, out: 3, draining: 3 } as const;

export interface LifeContext {
  /** Returns what is known of an endpoint by its key; undefined for one that is not probed. */
  readonly lifeOf: (key: string) => MemberLife | undefined;
  readonly nowMs: number;
  /** True if the first member was chosen for what its cache holds: a short doubt moves no call. */
  readonly isSticky: boolean;
}

/**
 * Returns the order of a rule with members that may not answer behind the others: first those of which nothing is in doubt, or not for
 * long, then those in doubt, the shortest first, then those whose last probe failed, and last those that are out or load.
 * Within one place the order stays. A member that has a call without a sign of life since comes behind the next one that has none
 * and no queue, so that a server which hangs is met by one call.
 */
export function inOrderOfLife(
  order: readonly number[],
  members: readonly Member[],
  { lifeOf, nowMs, isSticky }: LifeContext,
): readonly number[] {
  const doubts = order.map((index) => lifeOf((members[index] as Member).key)?.doubtMs(nowMs));
  const isWell = (at: number): boolean => members[order[at] as number]?.state === "ready";
  if (doubts.every((doubt, at) => doubt === undefined && isWell(at))) return order;
  const places = order.map((index, at) => {
    const { state } = members[index] as Member;
    return { index, place: state === "ready" && doubts[at] ? 1 : placeOf[state], doubt: doubts[at] };
  });
  places.sort((a, b) => a.place - b.place || (a.place === 1 ? (a.doubt ?? 0) - (b.doubt ?? 0) : 0));
  const found = places.map(({ index }) => index);
  const isShort = places[0]?.place === 0 && places[0].doubt !== undefined;
  if (isSticky || !isShort) return found;
  const clear = places.findIndex(
    ({ place, doubt, index }) => place === 0 && doubt === undefined && !(members[index]?.load?.waiting ?? 0),
  );
  if (clear > 0) found.unshift(...found.splice(clear, 1));
  return found;
}
