/** Owner of an account of a budget. All fields absent: the router, or requests that name no owner. */
export interface BudgetAccountOwner {
  readonly tenant?: string | undefined;
  /** Session, or value of the label, of a budget per session or label. */
  readonly owner?: string | undefined;
}

/**
 * Origin of an owner's limit: the amount of all others (`config`), `limitFor` as a `table` or a `function`, or `setBudget`
 * (`set`). `failed`: the function has thrown or returned no amount, and requests of the owner are refused.
 */
export type LimitSource = "config" | "table" | "function" | "set" | "failed";

/** Use of one budget by one owner in the current period. Amounts in US dollars or tokens. */
export interface BudgetAccount extends BudgetAccountOwner {
  readonly name: string;
  readonly description: string;
  readonly unit: "usd" | "tokens";
  readonly per: string;
  readonly used: number;
  /**
   * Reserved by requests under way; in a shared store also what processes have leased, and what others than this one
   * have spent of that in the last 30 seconds.
   */
  readonly open: number;
  /** Limit that holds for the owner now. 0 where `limitFor` fails. */
  readonly limit: number;
  readonly limitFrom: LimitSource;
  /** End of the period in milliseconds since the epoch. Absent: the period has no end. */
  readonly resetsAt?: number | undefined;
}

export interface BudgetReset extends BudgetAccountOwner {
  /** Name of the budget. */
  readonly name: string;
  /** Amount that is used from now on, in US dollars or tokens. Default 0. */
  readonly to?: number | undefined;
}

export interface BudgetLimit extends BudgetAccountOwner {
  /** Name of the budget. */
  readonly name: string;
  /** Limit of the owner from now on, in US dollars or tokens; 0 permits nothing, and `default` takes back what was set. */
  readonly limit: number | "default";
}
