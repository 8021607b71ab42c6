import { InvalidOptionError, OutcomeFormatError, type PolicyContext } from "../../src/contracts/index.ts";
import {
  type BudgetOptions,
  createSpendBook,
  nanoOf,
  resolveBudget,
  usdOf,
} from "../../src/router/budget/inner.ts";
import type { ReplayCase, ReplayCases } from "./replay-cases.ts";
import type { Tally } from "./tally.ts";
import { sortByTime } from "./timeline.ts";

/** Spend as the router counts it, over recorded requests. */
export interface ReplaySpend<Id extends string> {
  /** Positions of all cases by time. */
  readonly order: Uint32Array;
  /** Adds the spend before the case to its context. */
  tell(index: number, context: PolicyContext<Id>): PolicyContext<Id>;
  /** Counts the expected cost of the case. */
  spent(index: number, tally: Tally<Id>): void;
}

/** Throws `InvalidOptionError`, and `OutcomeFormatError` when a record lacks `at` or a cost. */
export function replaySpend<Id extends string>(
  { cases }: ReplayCases<Id>,
  budget: BudgetOptions,
): ReplaySpend<Id> {
  if (budget.of !== undefined)
    throw new InvalidOptionError("budget.of", budget.of, "absent: a replay counts what all models cost");
  const resolved = resolveBudget(budget);
  const { periods, unit, owner, given: limitUsd } = resolved;
  if (periods === undefined || unit !== "usd" || (owner.kind !== "router" && owner.kind !== "tenant"))
    throw new InvalidOptionError("budget", budget, "in US dollars per router or tenant, and not per request");
  const book = createSpendBook({ ...resolved, periods });
  const spendOf = (tenant: string | undefined, at: number) => ({
    usedUsd: usdOf(book.read({ tenant }, at)),
    limitUsd,
  });
  const order = Uint32Array.from(cases, (_, index) => index);
  sortByTime(cases, order);
  const timeOf = (index: number): number => Date.parse(cases[index]?.record.at ?? "");
  return {
    order,
    tell: (index, context) => ({ ...context, spend: spendOf(context.request.tenant, timeOf(index)) }),
    spent(index, tally) {
      const { record, position, context, outcomes } = cases[index] as ReplayCase<Id>;
      for (const { id, facts } of context.candidates) {
        if ((tally.calls.get(id)?.[index] ?? 0) > 0 && outcomes.get(id)?.costUsd === undefined) {
          throw new OutcomeFormatError(
            "records",
            position,
            `outcomes[${JSON.stringify(facts.name)}].costUsd`,
            "is missing: a budget counts what each record costs",
          );
        }
      }
      const hold = book.open({ tenant: record.tenant || undefined }, timeOf(index));
      hold.settle(nanoOf(tally.costUsd[index] as number));
    },
  };
}
