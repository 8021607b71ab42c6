import type { LoopStates } from "../../src/loop/states/inner.ts";
import { shownText as text } from "../../src/plugin/short-text.ts";
import {
  type FrameDrift,
  type FramePromise,
  type FrameRollout,
  mergeLoop,
} from "../../src/serve/status/inner.ts";
import type { LoggedNews } from "./logged-news.ts";
import type { LoggedStates } from "./logged-states.ts";

/** The loop as a log tells of it: by states that processes wrote, and by events where they wrote none. */
export interface LoggedLoop {
  /** `at` in milliseconds since the epoch. */
  note(at: number, event: LoggedNews): void;
  set(at: number, states: LoggedStates): void;
  /** States at a time: those of processes that have gone quiet are left out, unless there are no others. */
  states(now: number): LoopStates;
}

const mostWriters = 64;
const mostNames = 20;
/** Age of states from which their process has gone: it writes them every ten minutes at least. */
const goneMs = 900_000;
/** Time for which drift that was found counts, in milliseconds: no event tells of its end. */
const driftMs = 86_400_000;

export function createLoggedLoop(): LoggedLoop {
  const writers = new Map<string, { readonly at: number; readonly states: LoopStates }>();
  const promises = new Map<string, FramePromise>();
  const rollouts = new Map<string, FrameRollout>();
  const drifts = new Map<string, { readonly at: number; readonly finding: FrameDrift["findings"][number] }>();
  return {
    note(at, event) {
      if (event.type === "promise-changed" && event.category === undefined)
        keep(promises, event.promise, promiseOf(event));
      else if (event.type === "rollout-changed") keep(rollouts, event.rollout, rolloutOf(at, event));
      else if (event.type === "drift-found") keep(drifts, event.of, { at, finding: findingOf(event) });
    },
    set(at, { writer, states }) {
      writers.delete(writer);
      writers.set(writer, { at, states });
      if (writers.size > mostWriters) writers.delete(writers.keys().next().value as string);
    },
    states(now) {
      const newestFirst = [...writers.values()].reverse();
      const current = newestFirst.filter(({ at }) => now - at < goneMs);
      const merged = mergeLoop(
        (current.length > 0 ? current : newestFirst.slice(0, 1)).map(({ states }) => states),
      );
      const moved = [...drifts.values()].filter(({ at }) => now - at < driftMs).map(({ finding }) => finding);
      const told = { windows: 0, requests: 0, windowRequests: 0, findings: moved, alarms: moved };
      return {
        promises: withTold(merged.promises, [...promises.values()], ({ name }) => name),
        rollouts: withTold(merged.rollouts, [...rollouts.values()], ({ id }) => id),
        drift: merged.drift ?? (moved.length > 0 ? told : undefined),
      };
    },
  };
}

/** Sets a value as the newest; beyond 20 the one that was set longest ago goes. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > mostNames) map.delete(map.keys().next().value as string);
}

/** States, and what only events told of. */
function withTold<T>(
  states: readonly T[] | undefined,
  told: readonly T[],
  key: (one: T) => string,
): readonly T[] | undefined {
  const known = new Set(states?.map(key));
  const all = [...(states ?? []), ...told.filter((one) => !known.has(key(one)))];
  return all.length > 0 ? all : states;
}

function promiseOf(event: Extract<LoggedNews, { type: "promise-changed" }>): FramePromise {
  const { promise, to, records, meanLoss, maxLoss } = event;
  return {
    name: text(promise),
    state: text(to),
    records,
    maxLoss,
    ...(meanLoss !== undefined && { meanLoss }),
  };
}

const stateOf: Readonly<Record<string, string>> = {
  abort: "aborted",
  done: "done",
  invalid: "invalid",
  pause: "paused",
  "roll-back": "rolled-back",
};

/** Returns a rollout as an event describes it: without its sequence. */
function rolloutOf(at: number, event: Extract<LoggedNews, { type: "rollout-changed" }>): FrameRollout {
  const { rollout, verdict, stage, share, reason } = event;
  return {
    id: text(rollout),
    state: Object.hasOwn(stateOf, verdict) ? (stateOf[verdict] as string) : "running",
    unit: "",
    stage,
    stages: [],
    share,
    since: new Date(at).toISOString(),
    verdict: text(verdict),
    reason: text(reason),
    guards: [],
  };
}

function findingOf(event: Extract<LoggedNews, { type: "drift-found" }>): FrameDrift["findings"][number] {
  const { of, statistic, value, bound, reason } = event;
  return { of: text(of), verdict: "drifted", statistic: text(statistic), value, bound, reason: text(reason) };
}
