import type { FrameBreaker, FrameBudget, FramePool, FrameStates } from "./frame.ts";
import { mergeLoop } from "./merge-loop.ts";

/** States of one process, without what is counted. */
export type ProcessStates = Omit<FrameStates, "saving" | "arms" | "news">;

const mostEntries = 100;

/**
 * Merges the states of several processes, the newest first. With one store they say the same; each with its own, the page
 * shows the fullest account of a budget, the worst breaker, and the newest sight of a pool.
 */
export function mergeStates(all: readonly ProcessStates[]): ProcessStates {
  const budgets = all.flatMap(({ budgets }) => budgets ?? []);
  const breakers = all.flatMap(({ breakers }) => breakers ?? []);
  return {
    ...mergeLoop(all),
    ...(all.some((one) => one.budgets !== undefined) && { budgets: mergeBudgets(budgets) }),
    ...(all.some((one) => one.breakers !== undefined) && { breakers: mergeBreakers(breakers) }),
    pools: firstOf(
      all.flatMap(({ pools }) => pools),
      ({ model }: FramePool) => model,
    ),
    unreadable: [...new Set(all.flatMap(({ unreadable }) => unreadable))].slice(0, mostEntries),
  };
}

function mergeBudgets(all: readonly FrameBudget[]): readonly FrameBudget[] {
  const found = new Map<string, FrameBudget>();
  for (const one of all) {
    const key = `${one.unit} ${one.name}`;
    const known = found.get(key);
    const fuller = known === undefined || one.used * known.limit > known.used * one.limit ? one : known;
    found.set(key, { ...fuller, accounts: Math.max(one.accounts, known?.accounts ?? 0) });
  }
  return [...found.values()].slice(0, mostEntries);
}

const worst = ["open", "half-open", "closed"];

function mergeBreakers(all: readonly FrameBreaker[]): readonly FrameBreaker[] {
  const rank = ({ state }: FrameBreaker) => worst.indexOf(state);
  return firstOf(
    [...all].sort((a, b) => rank(a) - rank(b)),
    ({ name }) => name,
  );
}

function firstOf<T>(all: readonly T[], key: (one: T) => string): readonly T[] {
  const found = new Map<string, T>();
  for (const one of all) if (!found.has(key(one))) found.set(key(one), one);
  return [...found.values()].slice(0, mostEntries);
}
