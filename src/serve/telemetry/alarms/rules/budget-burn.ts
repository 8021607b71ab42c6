import { type OptionTable, readOptions } from "../../../../plugin/index.ts";
import { type AlarmRule, ruleSpan } from "../rule.ts";

export interface BudgetBurnOptions {
  /** Name of the budget. Default: the one of which least is left. */
  readonly budget?: string | undefined;
  /** Fires when the budget would be used up within this time if it went on like this. Default 3,600,000 ms. */
  readonly emptyWithinMs?: number | undefined;
  /** Default 600,000 ms. */
  readonly windowMs?: number | undefined;
  readonly forMs?: number | undefined;
}

export const budgetBurnOptions: OptionTable<BudgetBurnOptions, "budget" | "forMs"> = {
  budget: { is: "text", optional: true },
  emptyWithinMs: { is: "number", min: 1, default: 3_600_000 },
  windowMs: { ...ruleSpan, default: 600_000 },
  forMs: { ...ruleSpan, optional: true },
};

/** Fires when a budget burns so fast that it will soon be used up. Throws `InvalidOptionError`. */
export function budgetBurn(options: BudgetBurnOptions = {}): AlarmRule {
  const { budget, emptyWithinMs, windowMs, forMs } = readOptions("budgetBurn", budgetBurnOptions, options);
  return {
    name: budget === undefined ? "budget-burn" : `budget-burn ${budget}`,
    windowMs,
    forMs,
    reads: [{ series: "budget_left_ratio", labels: budget === undefined ? undefined : { budget } }],
    judge([now], [before], elapsedMs) {
      if (now?.min === undefined || before?.min === undefined || elapsedMs <= 0)
        return { firing: undefined, reason: "no budget is known" };
      // More is left than before: a new period has begun.
      const burnt = Math.max(0, before.min - now.min);
      const leftMs =
        now.min === 0 ? 0 : burnt === 0 ? Number.POSITIVE_INFINITY : (now.min / burnt) * elapsedMs;
      const reason = `${(now.min * 100).toFixed(1)} % left, used up in ${(leftMs / 60_000).toFixed(0)} minutes`;
      return { firing: leftMs <= emptyWithinMs, value: now.min, reason };
    },
  };
}
