import type { BudgetFacts, BudgetNews, Spend } from "../../contracts/index.ts";
import type { BudgetState, Degrade, ReachedBound } from "../../contracts/ports/index.ts";
import { usdOf } from "./amounts.ts";
import type { Bound } from "./bounds.ts";
import type { Budget } from "./budget-options.ts";
import type { DegradeStep } from "./degrade-options.ts";

/** Describes the budgets of a request, and tells of limits that are reached. */
export interface Tell {
  state(bounds: readonly Bound[]): BudgetState;
  reached(bound: Bound): ReachedBound;
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
  };
}

function factsOf(bound: Bound): BudgetFacts {
  const { budget, end } = bound;
  const { name, unit, given } = budget;
  const used = bound.used();
  return Object.freeze({
    name,
    unit,
    used: unit === "usd" ? usdOf(used) : used,
    limit: given,
    resetsAt: end === Number.POSITIVE_INFINITY ? undefined : end,
  });
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
  let step: DegradeStep | undefined;
  let number = 0;
  const used = bound.used();
  // In whole numbers: a product of fractions may lie above the share that was meant.
  for (const one of budget.degrade)
    if (used >= Math.round(one.from * budget.limit)) {
      step = one;
      number += 1;
    }
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
