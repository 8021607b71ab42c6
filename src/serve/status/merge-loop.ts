import type { LoopStates } from "../../loop/states/inner.ts";
import type { FrameDrift, FramePromise, FrameRollout } from "./frame.ts";

/**
 * Merges the states of several processes, the newest first. Those that share a store say the same. Where each has its own,
 * the page shows of a promise the worst state, of a rollout the one with most evidence, and of drift all that has moved.
 */
export function mergeLoop(all: readonly LoopStates[]): LoopStates {
  const promises = present(all.map((one) => one.promises));
  const rollouts = present(all.map((one) => one.rollouts));
  const drifts = present(all.map((one) => one.drift));
  return {
    ...(promises.length > 0 && { promises: mergePromises(promises) }),
    ...(rollouts.length > 0 && { rollouts: mergeRollouts(rollouts) }),
    ...(drifts.length > 0 && { drift: mergeDrifts(drifts) }),
  };
}

const mostEntries = 20;

function present<T>(all: readonly (T | undefined)[]): readonly T[] {
  return all.flatMap((one) => (one === undefined ? [] : [one]));
}

/** The worse, the larger. One without evidence says nothing of the others. */
const ranks: Readonly<Record<string, number>> = { broken: 3, "at-risk": 2, kept: 1 };

function mergePromises(lists: readonly (readonly FramePromise[])[]): readonly FramePromise[] {
  const isWorse = (one: FramePromise, other: FramePromise) => {
    const [own, others] = [rankOf(one), rankOf(other)];
    return own !== others ? own > others : (one.records ?? 0) > (other.records ?? 0);
  };
  return [...groups(lists, ({ name }) => name).values()].slice(0, mostEntries).map((same) => {
    const worst = same.reduce((known, one) => (isWorse(one, known) ? one : known));
    const isOne = same.every((one) => one.records === worst.records && one.state === worst.state);
    return isOne ? worst : { ...worst, processes: same.length };
  });
}

function rankOf({ state }: FramePromise): number {
  return Object.hasOwn(ranks, state) ? (ranks[state] as number) : 0;
}

function mergeRollouts(lists: readonly (readonly FrameRollout[])[]): readonly FrameRollout[] {
  const evidenceOf = ({ units, guards }: FrameRollout) =>
    (units?.control ?? 0) + (units?.candidate ?? 0) + guards.reduce((sum, { pairs }) => sum + pairs, 0);
  return [...groups(lists, ({ id }) => id).values()].slice(0, mostEntries).map((same) =>
    // One that was ended is ended: a process may not know it yet.
    same.reduce((known, one) => {
      const [own, other] = [isEnded(one), isEnded(known)];
      if (own !== other) return own ? one : known;
      return evidenceOf(one) > evidenceOf(known) ? one : known;
    }),
  );
}

function isEnded({ state }: FrameRollout): boolean {
  return state === "rolled-back" || state === "aborted" || state === "invalid";
}

function mergeDrifts(all: readonly FrameDrift[]): FrameDrift {
  const sum = (of: (one: FrameDrift) => number) => all.reduce((total, one) => total + of(one), 0);
  const findings = [
    ...groups(
      all.map((one) => one.findings),
      ({ of }) => of,
    ).values(),
  ].map((same) =>
    same.reduce((known, one) => (one.value * known.bound > known.value * one.bound ? one : known)),
  );
  const alarms = [
    ...groups(
      all.map((one) => one.alarms),
      ({ of }) => of,
    ).values(),
  ].flatMap(([first]) => first ?? []);
  return {
    windows: sum((one) => one.windows),
    requests: sum((one) => one.requests),
    windowRequests: sum((one) => one.windowRequests),
    findings: findings.slice(0, mostEntries),
    alarms: alarms.slice(0, mostEntries),
  };
}

function groups<T>(lists: readonly (readonly T[])[], key: (one: T) => string): Map<string, [T, ...T[]]> {
  const found = new Map<string, [T, ...T[]]>();
  for (const one of lists.flat()) {
    const known = found.get(key(one));
    if (known === undefined) found.set(key(one), [one]);
    else known.push(one);
  }
  return found;
}
