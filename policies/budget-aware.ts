import type { Choice, Policy, PolicyContext } from "../src/contracts/index.ts";
import { type OptionTable, readOptions } from "../src/plugin/index.ts";
import { isPermitted } from "./internal/is-permitted.ts";
import { checkOtherwise, type FixedThresholdOptions } from "./internal/threshold-options.ts";
import { threshold } from "./threshold.ts";

export interface BudgetAwareOptions<Id extends string> extends FixedThresholdOptions<Id> {
  /** Share of the limit from which the threshold rises, in [0, 1]. Default 0.8. */
  readonly tightenFrom?: number | undefined;
}

export const budgetAwareOptions: OptionTable<
  Omit<BudgetAwareOptions<string>, "largeShare" | "maxTenantShare">,
  "otherwise"
> = {
  small: { is: "text" },
  large: { is: "text" },
  at: { is: "share" },
  otherwise: { is: "any", optional: true, expected: "small or large" },
  tightenFrom: { is: "share", default: 0.8 },
};

/**
 * A `threshold` that rises as the budget is used up, where `used` is the used share of the budget that is nearest its
 * limit, in US dollars or tokens:
 *
 * - up to `tightenFrom`, and without a budget: `at`
 * - between `tightenFrom` and 1: `at + (1 - at) · (used - tightenFrom) / (1 - tightenFrom)`
 * - from 1: every request goes to the small model, with or without a classification
 *
 * This is a preference, not a constraint: where the small model is not permitted, the large one answers.
 */
export function budgetAware<const Id extends string>(options: BudgetAwareOptions<Id>): Policy<Id> {
  const { tightenFrom, ...plainOptions } = readOptions("budgetAware", budgetAwareOptions, options);
  checkOtherwise("budgetAware", plainOptions);
  const { small, at } = plainOptions;
  const plain = threshold(plainOptions);
  const usedUp: Choice<Id> = Object.freeze({ model: small, reason: "the budget is used up" });

  /** The choice of the small model where the budget is the reason for it, else undefined. */
  const save = ({ classification, candidates }: PolicyContext<Id>, used: number) => {
    if (!isPermitted(candidates, small)) return undefined;
    if (used >= 1) return usedUp;
    if (classification === undefined) return undefined;
    const { complexity } = classification;
    const raised = at + ((1 - at) * (used - tightenFrom)) / (1 - tightenFrom);
    if (complexity < at || complexity >= raised) return undefined;
    return {
      model: small,
      reason: `complexity below ${raised.toFixed(3)}, raised from ${at} to save budget`,
    };
  };

  return {
    name: "budgetAware",
    parameters: { ...plain.parameters, tightenFrom },
    models: plain.models,
    reads: plain.reads,
    select(context) {
      const used = usedShare(context);
      const saved = used > tightenFrom || used >= 1 ? save(context, used) : undefined;
      return saved ?? plain.select(context);
    },
  };
}

/** Returns the largest used share of a budget in [0, 1]; 1 also for a limit of 0 and for what is not a number. */
function usedShare({ spend, budgets }: PolicyContext): number {
  let most = spend === undefined ? 0 : shareOf(spend.usedUsd, spend.limitUsd);
  for (const { used, limit } of budgets ?? []) most = Math.max(most, shareOf(used, limit));
  return most;
}

function shareOf(used: number, limit: number): number {
  return used < limit ? used / limit : 1;
}
