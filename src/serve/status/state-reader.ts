import type { BudgetAccount, Router } from "../../contracts/index.ts";
import { loopReader } from "../../loop/states/inner.ts";
import { readOnce } from "../../plugin/read-once.ts";
import { shortText } from "../../plugin/short-text.ts";
import { triedReads } from "../../plugin/tried-reads.ts";
import type { FrameBreaker, FrameBudget, FrameStates } from "./frame.ts";
import type { Recorder } from "./recorder.ts";
import { savingOf } from "./shown-states.ts";
import type { ReadDashboardOptions } from "./sources.ts";

/** Time for which what a router has learnt is not read again, in milliseconds: a copy of all its sessions is made for it. */
const breakersMs = 10_000;
const mostBudgets = 100;
const mostBreakers = 50;

/** Reads states of a router and of what listens to it. Each part by itself: one that throws does not hide the others. */
export function stateReader(
  router: Router,
  recorder: Recorder,
  { holdOut, promises, rollouts, drift, readTimeoutMs }: ReadDashboardOptions,
): () => Promise<FrameStates> {
  const readBudgets = readOnce(() => router.readBudgets(), readTimeoutMs);
  const readLoop = loopReader({ promises, rollouts, drift }, readTimeoutMs);
  let budgets: readonly FrameBudget[] | undefined;
  let breakers: readonly FrameBreaker[] | undefined;
  let breakersAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const unreadable = new Set<string>();
    const tried = triedReads(unreadable);
    if (!router.isClosed) {
      try {
        budgets = budgetsOf(await readBudgets());
      } catch {
        unreadable.add("budgets");
      }
      if (performance.now() - breakersAt > breakersMs) {
        breakersAt = performance.now();
        breakers = tried("breakers", () => breakersOf(router));
      }
    }
    const { unreadable: unread, ...loop } = await readLoop();
    for (const part of unread) unreadable.add(part);
    return {
      saving: holdOut && tried("hold-out", () => savingOf(holdOut)),
      ...loop,
      budgets,
      breakers,
      pools: recorder.pools(),
      arms: recorder.arms(),
      news: recorder.news(),
      unreadable: [...unreadable],
    };
  };
}

function breakersOf(router: Router): readonly FrameBreaker[] {
  const { breakers = [] } = router.readEndpoints();
  const now = Date.now();
  return breakers
    .filter(({ state, pausedUntil = 0 }) => state !== "closed" || pausedUntil > now)
    .slice(0, mostBreakers)
    .map(({ name, state, pausedUntil = 0 }) => ({
      name: shortText(name) ?? "",
      state,
      ...(pausedUntil > now && { pausedUntil }),
    }));
}

/** Returns for each budget the account that is nearest its limit. Owners, people or tenants, are not shown. */
export function budgetsOf(accounts: readonly BudgetAccount[]): readonly FrameBudget[] {
  const nearest = new Map<string, FrameBudget>();
  for (const { name, unit, used, open, limit, resetsAt } of accounts) {
    // An owner who may use nothing would hide all others.
    if (limit === 0) continue;
    const key = `${unit} ${name}`;
    const known = nearest.get(key);
    if (known === undefined && nearest.size >= mostBudgets) continue;
    const count = (known?.accounts ?? 0) + 1;
    const own = { name: shortText(name) ?? "", unit, used: used + open, limit, accounts: count, resetsAt };
    nearest.set(
      key,
      known !== undefined && known.used * limit >= own.used * known.limit
        ? { ...known, accounts: count }
        : own,
    );
  }
  return [...nearest.values()];
}
