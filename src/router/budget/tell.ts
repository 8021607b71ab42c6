import type { BudgetFacts, BudgetNews, Spend } from "../../contracts/index.ts";
import type { BudgetState, Degrade, ReachedBound } from "../../contracts/ports/index.ts";
import type { Amount } from "../../contracts/store.ts";
import { usdOf } from "./amounts.ts";
import type { Bound } from "./bounds.ts";
import type { Budget } from "./budget-options.ts";
import type { DegradeStep } from "./degrade-options.ts";
import { type LimitShare, passedShares } from "./passed-shares.ts";

/** Describes the budgets of a request, and tells of limits that are reached. */
export interface Tell {
  state(bounds: readonly Bound[]): BudgetState;
  reached(bound: Bound): ReachedBound;
  /** Tells of thresholds that are passed, now that a request has spent something. */
  spent(bound: Bound): void;
}

/** `now` returns the time of day in milliseconds since the epoch. */
export function createTell(now: () => number, emit: (news: BudgetNews) => void): Tell {
  return {
    state(bounds) {
      const facts: BudgetFacts[] = [];
      let spend: Spend | undefined;
      let degrades: Degrade[] | undefined;
      for (const bound of bounds) {
        if (bound.told === undefined) continue;
        const one = factsOf(bound);
        facts.push(one);
        if (
          one.unit === "usd" &&
          bound.budget.of === undefined &&
          (spend === undefined || isNearer(one, spend))
        )
          spend = { usedUsd: one.used, limitUsd: one.limit };
        if (bound.budget.degrade.length === 0) continue;
        const degrade = degradeOf(bound, one, emit);
        if (degrade !== undefined) {
          degrades ??= [];
          degrades.push(degrade);
        }
      }
      return { spend: Object.freeze(spend), budgets: Object.freeze(facts), degrades };
    },

    reached(bound) {
      const { budget, told, end } = bound;
      const limit = budget.unit === "usd" ? { limitUsd: budget.given } : { limitTokens: budget.given };
      const resets = Number.isFinite(end)
        ? { resetsAt: end, retryAfterMs: Math.max(0, Math.ceil(end - now())) }
        : {};
      if (told !== undefined && !told.toldLimit) {
        told.toldLimit = true;
        const reason = `${budget.description} is reached: calls that do not fit are refused`;
        emit({ type: "budget-reached", ...factsOf(bound), ...whose(bound), reason });
      }
      return { ...limit, description: budget.description, budget: budget.name, ...resets };
    },

    spent: (bound) => void tellSpent(bound, emit),
  };
}

/**
 * Tells of each threshold that is passed. What is held counts only to find out whether a store has to be asked: one question
 * at a time, and one more if requests have ended meanwhile.
 */
async function tellSpent(bound: Bound, emit: (news: BudgetNews) => void): Promise<void> {
  const { budget, told } = bound;
  const { thresholds, limit } = budget;
  if (told === undefined || told.toldThresholds === thresholds.length) return;
  if (bound.isKnown && passedShares(thresholds, limit, bound.used()) <= told.toldThresholds) return;
  told.isWatchedAgain = told.isWatched === true;
  if (told.isWatchedAgain) return;
  told.isWatched = true;
  const asked = bound.spent();
  const used = asked instanceof Promise ? await asked : asked;
  const passed = used === undefined ? 0 : passedShares(thresholds, limit, used);
  while (used !== undefined && told.toldThresholds < passed) {
    const { from: share } = thresholds[told.toldThresholds] as LimitShare;
    const claimed = bound.claim(share);
    const isOwn = claimed instanceof Promise ? await claimed : claimed;
    if (isOwn === undefined) break;
    told.toldThresholds += 1;
    const facts = { ...factsOf(bound), used: shown(budget, used) };
    const reason = `${Math.floor((100 * used) / limit)} % of ${budget.description} are used`;
    if (isOwn) emit({ type: "budget-threshold", ...facts, ...whose(bound), share, reason });
  }
  told.isWatched = false;
  if (told.isWatchedAgain) return tellSpent(bound, emit);
}

function factsOf(bound: Bound): BudgetFacts {
  const { budget, end } = bound;
  const { name, unit, given } = budget;
  const used = bound.used();
  return Object.freeze({
    name,
    unit,
    used: shown(budget, used),
    limit: given,
    resetsAt: end === Number.POSITIVE_INFINITY ? undefined : end,
  });
}

function shown({ unit }: Budget, amount: Amount): number {
  return unit === "usd" ? usdOf(amount) : amount;
}

function whose({ owner }: Bound): Pick<BudgetNews, "tenant" | "owner"> {
  return { tenant: owner.tenant, owner: owner.name };
}

function isNearer({ used, limit }: BudgetFacts, { usedUsd, limitUsd }: Spend): boolean {
  return used / limit > usedUsd / limitUsd;
}

/** Returns the highest soft limit that is reached. */
function degradeOf(bound: Bound, facts: BudgetFacts, emit: (news: BudgetNews) => void): Degrade | undefined {
  const { budget, told } = bound;
  const number = passedShares(budget.degrade, budget.limit, bound.used());
  const step: DegradeStep | undefined = budget.degrade[number - 1];
  if (step === undefined || told === undefined) return undefined;
  const { to, below } = step;
  const reason = reasonOf(budget, facts, step);
  if (told.toldStep < number) {
    told.toldStep = number;
    emit({ type: "budget-degraded", ...facts, ...whose(bound), reason });
  }
  return {
    budget: budget.name,
    to,
    below,
    reason,
    withhold() {
      if (told.toldWithheld) return;
      told.toldWithheld = true;
      emit({ type: "budget-degrade-withheld", ...facts, ...whose(bound), reason });
    },
  };
}

function reasonOf({ description }: Budget, { used, limit }: BudgetFacts, { to, below }: DegradeStep): string {
  const share = Math.floor((100 * used) / limit);
  const which = below === undefined ? "" : ` below a complexity of ${below}`;
  return `${share} % of ${description} are used: ${to.join(", ")} only${which}`;
}
