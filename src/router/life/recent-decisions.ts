import type { Constraint } from "../../contracts/index.ts";
import type { Decided, PastDecision } from "../decide/index.ts";

/** The last decisions of a router, for dry runs. */
export interface RecentDecisions<Id extends string> {
  add(run: DecidedRun<Id>, decided: Decided<Id>): void;
  /** Returns the decisions, the oldest first. */
  all(): readonly PastDecision<Id>[];
  clear(): void;
}

/** The part of a request under way that its decision depended on. */
interface DecidedRun<Id extends string> {
  readonly pin: Id | undefined;
  /** Start on the monotonic clock in milliseconds. */
  readonly startedAt: number;
  readonly own: readonly Constraint<Id>[];
}

/** Longest request that is kept, in characters: 200 of them take 8 MB at most. */
const longest = 20_000;

/**
 * Most decisions of a second that are kept, or `size` if that is more. What is kept for a while costs far more than what is
 * dropped at once: the collector copies it twice. A busy server would keep each of its requests for some milliseconds.
 */
const mostPerSecond = 200;

/**
 * Keeps up to `size` decisions with their requests, by reference: nothing is copied, so a decision takes no longer. Left
 * out are those that a pin made, those beyond the first of a second, and requests that take much memory: long ones, and
 * those with images or files.
 */
export function recentDecisions<Id extends string>(size: number): RecentDecisions<Id> {
  let kept: PastDecision<Id>[] = [];
  let next = 0;
  const most = Math.max(size, mostPerSecond);
  let second = Number.NEGATIVE_INFINITY;
  let inSecond = 0;
  return {
    add({ pin, own, startedAt }, { decision, request }) {
      if (size === 0 || pin !== undefined || request.characters > longest) return;
      if (request.images > 0 || request.contentTypes !== undefined) return;
      if (startedAt - second >= 1_000 || startedAt < second) {
        second = startedAt;
        inSecond = 0;
      }
      if (inSecond >= most) return;
      inSecond += 1;
      kept[next] = { decision, request, own };
      next = next + 1 === size ? 0 : next + 1;
    },
    all: () => (kept.length < size ? [...kept] : [...kept.slice(next), ...kept.slice(0, next)]),
    clear() {
      kept = [];
      next = 0;
      inSecond = 0;
    },
  };
}
