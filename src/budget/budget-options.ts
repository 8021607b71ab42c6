import { InvalidOptionError } from "../contracts/index.ts";
import { checkKeys, checkNumber } from "../plugin/index.ts";

/** Money that a router, or each of its tenants, may use. Give exactly one of `period` and `periodMs`. */
export interface BudgetOptions {
  /** US dollars per period, above 0. */
  readonly limitUsd: number;
  /** A calendar hour, day or month in UTC. */
  readonly period?: "hour" | "day" | "month" | undefined;
  /** A period of any other length, in milliseconds, counted from the epoch. */
  readonly periodMs?: number | undefined;
  /** Owner of the limit. Requests without a tenant share an account. Default `router`. */
  readonly per?: "router" | "tenant" | undefined;
  /** Largest number of tenants whose spend is kept, with `per: "tenant"`. Default 10,000. */
  readonly maxTenants?: number | undefined;
}

/** A budget with its defaults. */
export interface Budget {
  readonly limitUsd: number;
  readonly per: "router" | "tenant";
  readonly maxTenants: number;
  /** Returns the start of the period in which a time lies; both in milliseconds since the epoch. */
  readonly periodStart: (now: number) => number;
  /** Length of a period, of a month the longest. */
  readonly lengthMs: number;
  /** Description for people, for instance `the budget of 10 USD per day`. */
  readonly description: string;
}

const lengthsMs = { hour: 3_600_000, day: 86_400_000, month: 31 * 86_400_000 };

/** Checks the options and fills in defaults. Throws `InvalidOptionError`. */
export function resolveBudget(options: BudgetOptions): Budget {
  checkKeys("budget", options, ["limitUsd", "period", "periodMs", "per", "maxTenants"]);
  const { limitUsd, period, periodMs, per = "router", maxTenants = 10_000 } = options;
  checkNumber("budget.limitUsd", limitUsd, { min: Number.MIN_VALUE });
  if (per !== "router" && per !== "tenant")
    throw new InvalidOptionError("budget.per", per, '"router" or "tenant"');
  checkNumber("budget.maxTenants", maxTenants, { min: 1, integer: true });
  const whose = per === "tenant" ? "the tenant's " : "the ";
  const named = (unit: string) => `${whose}budget of ${limitUsd} USD per ${unit}`;
  const common = { limitUsd, per, maxTenants };

  if (period !== undefined && periodMs !== undefined)
    throw new InvalidOptionError("budget.periodMs", periodMs, "absent if period is given");
  if (periodMs !== undefined) {
    checkNumber("budget.periodMs", periodMs, { min: 1, integer: true });
    return {
      ...common,
      description: named(`${periodMs} ms`),
      periodStart: (now) => now - (now % periodMs),
      lengthMs: periodMs,
    };
  }
  if (period === "month")
    return { ...common, description: named("month"), periodStart: monthStart, lengthMs: lengthsMs.month };
  if (period !== "hour" && period !== "day")
    throw new InvalidOptionError(
      "budget.period",
      period,
      '"hour", "day" or "month", unless periodMs is given',
    );
  const lengthMs = lengthsMs[period];
  return { ...common, description: named(period), periodStart: (now) => now - (now % lengthMs), lengthMs };
}

function monthStart(now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}
