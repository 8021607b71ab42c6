import type { PoolNews, PoolRules } from "../../../contracts/index.ts";
import { isAway } from "../../../plugin/is-away.ts";
import type { OrderedBy } from "../balance/ordered-by.ts";
import type { Discovery } from "../discovery/discovery.ts";
import type { PoolHealth } from "../health/health-options.ts";
import { createHealthWatches } from "../health/health-watches.ts";
import type { PoolLoad } from "../load/load-options.ts";
import { createLoadWatches } from "../load/load-watches.ts";
import type { ScaleWatch } from "../scale/pool-scale.ts";
import { followSets } from "./follow-sets.ts";
import type { FoundMembers } from "./found-members.ts";
import type { Members } from "./members.ts";
import type { ServedNames } from "./served-names.ts";

type Watch = NonNullable<PoolRules["watch"]>;
type WatchOptions = Parameters<Watch>[0];
type Listener = WatchOptions["onNews"];

export interface WatchedParts {
  readonly members: Members;
  /** Absent: the members are fixed. */
  readonly found?: { readonly discover: Discovery; readonly members: FoundMembers } | undefined;
  /** Absent: no endpoint is probed. */
  readonly health?: PoolHealth | undefined;
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
  /** Absent: no load is watched. */
  readonly load?: PoolLoad | undefined;
  /** Absent: how many members there should be is not asked. */
  readonly scale?: ScaleWatch | undefined;
  /** Rule that orders the members. */
  readonly rule: Pick<OrderedBy, "problem" | "lasting">;
  readonly served: Pick<ServedNames, "lasting">;
  /** Longest wait for the first set, in milliseconds. */
  readonly startWaitMs: number;
}

export interface PoolWatcher {
  readonly watch: Watch;
  /** Tells what is wrong to those who watch, if it has changed. */
  tellProblems(): void;
  /** Returns what is wrong right now. */
  problems(): readonly string[];
}

/** Most problems that an event names. */
const mostTold = 10;

/** Watches endpoints and load as long as a router watches the pool. */
export function createPoolWatcher(parts: WatchedParts): PoolWatcher {
  const { members, found, load, health, now, scale, startWaitMs, rule, served } = parts;
  const listeners = new Set<Listener>();
  const loads = load && createLoadWatches(load, () => tellProblems());
  const lives =
    health &&
    createHealthWatches(health, now, () => {
      tell(newsOf("changed"));
      tellProblems();
    });
  let knows = found === undefined;
  let running: AbortController | undefined;
  const onFirst: (() => void)[] = [];
  let problem: string | undefined;
  let told: string | undefined;

  const newsOf = (kind: PoolNews["kind"], text?: string): PoolNews => {
    const states = members.list().map(({ state }) => state);
    const draining = states.filter((state) => state === "draining").length;
    const out = states.filter(isAway).length;
    const ready = states.length - draining - out;
    return { kind, ready, draining, out, ...(text !== undefined && { problem: text }) };
  };
  const tell = (news: PoolNews): void => {
    for (const listener of listeners) listener(news);
  };
  const problems = (): readonly string[] => [
    ...(problem === undefined ? [] : [problem]),
    ...(found?.members.problems ?? []),
    ...served.lasting(),
  ];
  /** Tells what is wrong once, and once that it is right again. */
  const tellProblems = (): void => {
    const all = [...problems(), ...(lives?.problems() ?? []), ...(loads?.lasting() ?? []), ...rule.lasting()];
    const rest = all.length > mostTold ? `; and ${all.length - mostTold} more` : "";
    const text = all.length === 0 ? undefined : `${all.slice(0, mostTold).join("; ")}${rest}`;
    if (text === told) return;
    told = text;
    tell(text === undefined ? newsOf("recovered") : newsOf("problem", text));
  };

  const follow = ({ discover, members: seats }: NonNullable<typeof found>, { clock }: WatchOptions) => {
    const { signal } = running as AbortController;
    void followSets(discover, {
      clock,
      signal,
      onSet(endpoints) {
        const { isChanged, added, gone } = seats.take(endpoints);
        knows = true;
        for (const resolve of onFirst.splice(0)) resolve();
        for (const watches of [lives, loads]) {
          watches?.stop(gone);
          watches?.start(added);
        }
        if (isChanged) tell(newsOf("changed"));
        tellProblems();
      },
      onProblem(text) {
        problem = text;
        tellProblems();
      },
    });
  };

  const begin = (options: WatchOptions): void => {
    running = new AbortController();
    if (found !== undefined) follow(found, options);
    lives?.start(members.endpoints());
    loads?.start(members.endpoints());
    scale?.start();
  };

  return {
    tellProblems,
    problems: () => [
      ...problems(),
      ...(lives?.problems() ?? []),
      ...(loads?.problems() ?? []),
      ...rule.problem(),
    ],
    watch(options) {
      // A function of its own, so that one which is given twice counts twice.
      const listener: Listener = (news) => options.onNews(news);
      listeners.add(listener);
      if (running === undefined) begin(options);
      else if (told !== undefined) listener(newsOf("problem", told));
      const start = knows ? undefined : firstWithin(startWaitMs, onFirst);
      return {
        ready: start?.ready,
        async close() {
          start?.end();
          if (!listeners.delete(listener) || listeners.size > 0) return;
          running?.abort();
          running = undefined;
          scale?.stop();
          onFirst.length = 0;
          await Promise.all([lives?.close(), loads?.close()]);
        },
      };
    },
  };
}

/** Waits for the first set. Its timer keeps the process alive: requests wait for it. */
function firstWithin(ms: number, onFirst: (() => void)[]): { readonly ready: Promise<void>; end(): void } {
  let end = (): void => {};
  const ready = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    end = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  onFirst.push(end);
  return { ready, end };
}
