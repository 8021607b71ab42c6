import { readOnce } from "../../plugin/read-once.ts";
import { triedReads } from "../../plugin/tried-reads.ts";
import type { LoopStates } from "./loop-frame.ts";
import type { LoopSources } from "./loop-sources.ts";
import { driftOf, promiseOf, rolloutOf } from "./shown-loop.ts";

export interface LoopReading extends LoopStates {
  /** Names of parts that could not be read. */
  readonly unreadable: readonly string[];
}

/** Returns a function that reads states, each by itself: one that throws or hangs does not hide the others. It never rejects. */
export function loopReader(
  { promises, rollouts, drift }: LoopSources,
  readTimeoutMs: number,
): () => Promise<LoopReading> {
  const readRollouts = rollouts?.map((rollout) => readOnce(() => rollout.status(), readTimeoutMs));
  return async () => {
    const unreadable = new Set<string>();
    const tried = triedReads(unreadable);
    const each = <T, U>(part: string, list: readonly T[] | undefined, read: (one: T) => U) =>
      list?.flatMap((one) => {
        const found = tried(part, () => read(one));
        return found === undefined ? [] : [found];
      });
    // All at once: together they take no longer than the slowest.
    const statuses = await Promise.allSettled(readRollouts?.map((read) => read()) ?? []);
    const known = statuses.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    if (known.length < statuses.length) unreadable.add("rollout");
    return {
      promises: each("promise", promises, promiseOf),
      rollouts: rollouts && each("rollout", known, rolloutOf),
      drift: drift && tried("drift", () => driftOf(drift)),
      unreadable: [...unreadable],
    };
  };
}
