import { hasFailed } from "../../plugin/has-failed.ts";
import { shortText } from "../../plugin/short-text.ts";
import { createArmCounts } from "./arm-counts.ts";
import { binOf } from "./bins.ts";
import { comparedCost } from "./compared-cost.ts";
import type { EndedAttempt, EndedRequest } from "./ended-request.ts";
import type { FrameArms, FrameBudget, FrameNews, FramePool, FrameRow } from "./frame.ts";
import type { RecorderTap } from "./part-tap.ts";
import { createPlaces } from "./places.ts";
import { poolOf } from "./pool-of.ts";
import { rowOf } from "./row-of.ts";
import type { AttemptEntry } from "./slot.ts";
import type { WindowName } from "./window-names.ts";
import { createWindows, type WindowView } from "./windows.ts";

export interface RecorderOptions {
  /** Is called with all that is added. Default: none. */
  readonly tap?: RecorderTap | undefined;
  /** Id of the model that requests would have gone to without a router. Default: the most expensive permitted one. */
  readonly reference?: string | undefined;
}

/** Requests of a router or a log in bounded memory, whatever their number. */
export interface Recorder {
  /** Grows with everything that is added. */
  readonly changes: number;
  /** Number of requests so far. */
  readonly seq: number;
  /** Time of the first and of the newest request, in milliseconds since the epoch. */
  readonly first: number | undefined;
  readonly newest: number | undefined;
  /** Names of models by their place in slots. */
  readonly models: readonly string[];
  add(at: number, request: EndedRequest): void;
  /** Adds a request that failed before it was decided. */
  addUndecided(at: number): void;
  /** Adds a call that belongs to no request. */
  addAttempt(at: number, attempt: EndedAttempt): void;
  addNews(news: FrameNews): void;
  /** Forgets figures later than this: the clock has gone back. */
  forgetAfter(at: number): void;
  /** Rows of requests after a number, the newest first, at most `most`. */
  rows(after: number, most: number): readonly FrameRow[];
  view(name: WindowName, now: number): WindowView;
  arms(): readonly FrameArms[];
  pools(): readonly FramePool[];
  /** Budgets as the newest decisions saw them. */
  budgets(): readonly FrameBudget[];
  /** The newest first. */
  news(): readonly FrameNews[];
}

/** Requests, and news, that are remembered one by one. */
const mostRecent = 200;
const mostNews = 40;
const mostPools = 20;
const mostBudgets = 100;

export function createRecorder({ reference, tap }: RecorderOptions = {}): Recorder {
  const windows = createWindows();
  const arms = createArmCounts();
  const recent = new Array<{ readonly at: number; readonly request: EndedRequest } | undefined>(mostRecent);
  const { names: models, of: placeOf } = createPlaces();
  const pools = new Map<string, EndedRequest["decision"]["candidates"][number]>();
  const budgets = new Map<string, FrameBudget>();
  let news: readonly FrameNews[] = [];
  let changes = 0;
  let seq = 0;
  let first: number | undefined;
  let newest: number | undefined;

  const entryOf = ({ model, latencyMs, costUsd, cached, error }: EndedAttempt): AttemptEntry => ({
    place: placeOf(model),
    failed: hasFailed(error),
    bin: error !== undefined || cached !== undefined ? -1 : binOf(latencyMs),
    costUsd: costUsd !== undefined && costUsd >= 0 && costUsd < mostUsd ? costUsd : undefined,
  });
  const noteBudgets = (given: EndedRequest["decision"]["budgets"]): void => {
    for (const { name, unit, used, limit, resetsAt } of given ?? []) {
      const key = `${unit} ${name}`;
      if (!budgets.has(key) && budgets.size >= mostBudgets) continue;
      budgets.set(key, { name: shortText(name) ?? "", unit, used, limit, accounts: 1, resetsAt });
    }
  };
  return {
    get changes() {
      return changes;
    },
    get seq() {
      return seq;
    },
    get first() {
      return first;
    },
    get newest() {
      return newest;
    },
    models,
    add(at, request) {
      const { decision, attempts, latencyMs, error } = request;
      changes += 1;
      recent[seq % mostRecent] = { at, request };
      seq += 1;
      if (first === undefined || at < first) first = at;
      if (newest === undefined || at > newest) newest = at;
      const { complexity = Number.NaN } = decision.classification ?? {};
      const entries = attempts.map(entryOf);
      const entry = {
        place: placeOf(decision.model),
        failed: hasFailed(error),
        certified: decision.certified,
        bin: binOf(latencyMs),
        tenth: complexity >= 0 && complexity <= 1 ? Math.min(9, Math.floor(complexity * 10)) : -1,
        compared: comparedCost(request, reference),
        attempts: entries,
      };
      windows.request(at, entry);
      const costUsd = decision.arms === undefined ? undefined : sumOf(entries);
      if (decision.arms !== undefined) arms.add(request, costUsd);
      tap?.request(at, entry, request, costUsd);
      noteBudgets(decision.budgets);
      for (const one of decision.candidates)
        if (one.members !== undefined && (pools.has(one.model) || pools.size < mostPools))
          pools.set(one.model, one);
    },
    addUndecided(at) {
      changes += 1;
      windows.undecided(at);
      tap?.undecided(at);
    },
    addAttempt(at, attempt) {
      changes += 1;
      const entry = entryOf(attempt);
      windows.attempt(at, entry);
      tap?.attempt(at, entry);
    },
    addNews(one) {
      changes += 1;
      const shown = { ...one, text: shortText(one.text) ?? "" };
      news = [shown, ...news].slice(0, mostNews);
      tap?.news(shown);
    },
    forgetAfter(at) {
      changes += 1;
      windows.forgetAfter(at);
      tap?.back(at);
      if (newest !== undefined && newest > at) newest = at;
    },
    rows(after, most) {
      const rows: FrameRow[] = [];
      for (let number = seq; number > after && rows.length < most; number -= 1) {
        const kept = recent[(number - 1) % mostRecent];
        if (kept === undefined || seq - number >= mostRecent) break;
        rows.push(rowOf(number, kept.at, kept.request));
      }
      return rows;
    },
    view: windows.view,
    arms: arms.read,
    pools: () => [...pools.values()].map(poolOf),
    budgets: () => [...budgets.values()],
    news: () => news,
  };
}

/** Largest cost of an attempt that is added. */
const mostUsd = 1e6;

function sumOf(entries: readonly AttemptEntry[]): number | undefined {
  let sum = 0;
  for (const { costUsd } of entries) {
    if (costUsd === undefined) return undefined;
    sum += costUsd;
  }
  return sum;
}
