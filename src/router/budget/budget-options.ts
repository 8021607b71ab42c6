import { InvalidOptionError, type Model, type ModelFacts } from "../../contracts/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { mostAmount, mostUsd } from "./amounts.ts";
import { type Counted, type CountedModels, resolveCounted } from "./counted-models.ts";
import { cutTime, periodRule } from "./cut-time.ts";
import { type DegradeOptions, type DegradeStep, resolveDegrade } from "./degrade-options.ts";
import { type GivenLimits, type LimitFor, type OwnLimit, ownLimit, resolveLimitFor } from "./limit-for.ts";
import type { LimitShare } from "./passed-shares.ts";
import { fromPattern, fromRule } from "./period-from.ts";
import type { Periods } from "./periods.ts";

/**
 * Money or tokens that a router, or each of its tenants, sessions or users, may use. Give exactly one of `limitUsd`
 * and `limitTokens`, and exactly one of `period` and `periodMs`. Options are read once: to change a budget, create
 * another router.
 */
export interface BudgetOptions<Id extends string = string> {
  /**
   * Name in decisions, errors, events, exported state and keys of a shared store: 1 to 64 letters, digits, `.`, `_` or
   * `-`, unique among the budgets of a router. Default: owner, unit and period, for instance `tenant-usd-day`.
   */
  readonly name?: string | undefined;
  /** US dollars per period, in [0, 9,007,199]. 0 only with `limitFor`: owners whom that names no amount are refused. */
  readonly limitUsd?: number | undefined;
  /** Tokens per period, input and output together: an integer of at least 1. With `limitFor` also 0, as in dollars. */
  readonly limitTokens?: number | undefined;
  /**
   * Amounts of owners that have another one, in the unit of the budget: a table by name (`{ acme: 50 }`: tenants, sessions or
   * values of the label, in any tenant), or a function, which is called once a request; undefined is the amount of all others. Where it
   * fails the request is refused with `InvalidOptionError`, and `budget-limit-failed` tells it. `router.setBudget` sets others.
   */
  readonly limitFor?: GivenLimits | undefined;
  /**
   * `request`: each request by itself. `hour`, `day`, `week`, `month`: of the calendar, in `timeZone`; weeks begin on Monday.
   * `total`: without end.
   */
  readonly period?: "request" | "hour" | "day" | "week" | "month" | "total" | undefined;
  /** A period of any other length, in milliseconds, counted from the epoch or from `from`. */
  readonly periodMs?: number | undefined;
  /**
   * Moment at which a period begins, and by which all others are cut: a date, which begins in `timeZone`, or a time with its
   * offset. With `month` periods begin on that day of the month, or on the last day of shorter ones; with `week` on that
   * weekday; with `total` nothing counts that was spent before. A moment to come switches nothing off: until then the limit
   * holds, in periods of their own. Default: calendar periods begin by the calendar.
   */
  readonly from?: string | undefined;
  /** Time zone of the IANA data base in which calendar periods begin, for instance `Europe/Berlin`. Default `UTC`. */
  readonly timeZone?: string | undefined;
  /**
   * Owner of the limit. Sessions and values of a label are kept apart by tenant. Requests that do not name an owner
   * share an account, so that none gets around the limit by leaving it out. Default `router`.
   */
  readonly per?: "router" | "tenant" | "session" | { readonly label: string } | undefined;
  /**
   * Models whose calls are counted. Where the budget has no room, no hop calls them, and other models answer. Default: all
   * models.
   */
  readonly of?: CountedModels<Id> | undefined;
  /** Largest number of owners whose use is kept. Default 10,000. */
  readonly maxOwners?: number | undefined;
  /** Soft limits: shares of the limit from which cheaper models answer. Default: none. */
  readonly degrade?: DegradeOptions<Id> | readonly DegradeOptions<Id>[] | undefined;
  /**
   * Shares of the limit, in (0, 1], that an event reports once each for an owner and period when they are used up, for
   * instance `[0.5, 0.8, 0.95]`: at most 16. Default: none.
   */
  readonly thresholds?: readonly number[] | undefined;
  /**
   * Rule where the limit is reached: `refuse` makes no call that does not fit, `degrade` makes it and leaves it to the
   * soft limits (a budget that only these bound). Default `refuse`.
   */
  readonly onReached?: "refuse" | "degrade" | undefined;
  /**
   * Fate of what was reserved when a process died before it knew the cost: `spend` counts it, since the money may be
   * gone; `return` gives it back, so that spend may pass the limit by that much. Default `spend`.
   */
  readonly lapse?: "spend" | "return" | undefined;
  /**
   * Rule of a budget in dollars for models of unknown price: `refuse` calls none of them, and a router whose requests would then
   * all go to one model is not made; `allow` calls them, and counts what such a call has cost only if that becomes known.
   * Default `refuse`.
   */
  readonly unpriced?: "refuse" | "allow" | undefined;
}

const leastRule = (least: number) =>
  `at least ${least}: only with limitFor may it be 0, and then owners whom that names no amount are refused`;
const ownerRule = '"router", "tenant", "session" or { label: "user" }';

type Open =
  | "name"
  | "limitUsd"
  | "limitTokens"
  | "limitFor"
  | "period"
  | "periodMs"
  | "from"
  | "timeZone"
  | "of"
  | "degrade";

export const budgetOptions: OptionTable<BudgetOptions, Open> = {
  name: {
    is: "text",
    pattern: /^[\w.-]{1,64}$/,
    optional: true,
    expected: "1 to 64 letters, digits, dots, underscores or hyphens",
  },
  limitUsd: { is: "number", min: 0, max: mostUsd, optional: true },
  limitTokens: {
    is: "number",
    min: 0,
    max: mostAmount - 1,
    integer: true,
    optional: true,
  },
  limitFor: { is: "any", optional: true, expected: "amounts by owner, or a function of the owner" },
  period: {
    is: "choice",
    of: ["request", "hour", "day", "week", "month", "total"],
    optional: true,
    expected: periodRule,
  },
  periodMs: { is: "number", min: 1, max: 2 ** 40, integer: true, optional: true },
  from: { is: "text", pattern: fromPattern, optional: true, expected: fromRule },
  timeZone: { is: "any", optional: true, expected: "a time zone of the IANA data base" },
  per: {
    is: "checked",
    check: checkOwner,
    default: "router",
    expected: ownerRule,
  },
  of: { is: "any", optional: true, expected: "{ models: [id] } or { providers: [name] }" },
  maxOwners: { is: "number", min: 1, max: 2 ** 24, integer: true, default: 10_000 },
  degrade: { is: "any", optional: true, expected: "soft limits, at most 8" },
  thresholds: { is: "list", of: { is: "share", above: 0 }, max: 16, default: [] },
  onReached: { is: "choice", of: ["refuse", "degrade"], default: "refuse" },
  lapse: { is: "choice", of: ["spend", "return"], default: "spend" },
  unpriced: { is: "choice", of: ["refuse", "allow"], default: "refuse" },
};

export type BudgetUnit = "usd" | "tokens";

/** Owner of the accounts of a budget; `label` is the name of the label. */
export type BudgetOwner =
  | { readonly kind: "router" | "tenant" | "session" }
  | { readonly kind: "label"; readonly label: string };

/** A budget with its defaults. */
export interface Budget {
  readonly name: string;
  readonly unit: BudgetUnit;
  /** Limit of owners for whom nothing else is said. */
  readonly own: OwnLimit;
  /** Absent: all owners have that. */
  readonly limitFor: LimitFor | undefined;
  readonly owner: BudgetOwner;
  /** Models whose calls it counts. Undefined: all. */
  readonly of: Counted | undefined;
  readonly maxOwners: number;
  /** Undefined: each request by itself. */
  readonly periods: Periods | undefined;
  /** Owner, unit, period and models: state of a budget with another kind says nothing about this one. */
  readonly kind: string;
  /** Soft limits, the lowest first. */
  readonly degrade: readonly DegradeStep[];
  /** Shares of the limit that are told of, the lowest first. */
  readonly thresholds: readonly LimitShare[];
  readonly refuses: boolean;
  readonly lapse: "spend" | "return";
  /** True if a model of unknown price may not be called. */
  readonly needsPrices: boolean;
  /** Description for people, for instance `the budget of 10 USD per day`. */
  readonly description: string;
  /** Returns that description with the limit of one owner. */
  readonly describe: (limit: OwnLimit) => string;
}

/** Largest number of budgets of a router: a reservation in a store has at most this many limits. */
export const mostBudgets = 16;

/** Checks the budgets of a router with these models and fills in defaults. Throws `InvalidOptionError`. */
export function resolveBudgets(
  budgets: unknown,
  models: Readonly<Record<string, ModelFacts & Pick<Model, "members">>>,
): readonly Budget[] {
  if (budgets === undefined) return [];
  if (!Array.isArray(budgets) || budgets.length > mostBudgets)
    throw new InvalidOptionError("budgets", budgets, `an array of at most ${mostBudgets} budgets`);
  const resolved = budgets.map((one: BudgetOptions, at) => resolveBudget(one, `budgets[${at}]`, models));
  resolved.forEach(({ name }, at) => {
    if (resolved.findIndex((one) => one.name === name) !== at)
      throw new InvalidOptionError(
        `budgets[${at}].name`,
        name,
        "given, and different from those of the others",
      );
  });
  return resolved;
}

/** Checks the options of one budget and fills in defaults. Throws `InvalidOptionError` with `path` before the option. */
export function resolveBudget(
  options: BudgetOptions,
  path = "budget",
  models: Parameters<typeof resolveBudgets>[1] | undefined = undefined,
): Budget {
  const read = readOptions(path, budgetOptions, options);
  const { limitUsd, limitTokens, limitFor, lapse, onReached, maxOwners } = read;
  const isUsd = limitTokens === undefined;
  const given = isUsd ? limitUsd : limitTokens;
  const least = isUsd ? 1e-9 : 1;
  if (given === undefined || (given < least && (given > 0 || limitFor === undefined)))
    throw new InvalidOptionError(`${path}.${isUsd ? "limitUsd" : "limitTokens"}`, given, leastRule(least));
  if (!isUsd && limitUsd !== undefined)
    throw new InvalidOptionError(`${path}.limitUsd`, limitUsd, "absent if limitTokens is given");
  const owner = ownerOf(read.per);
  const { unitOfTime, periods, cut } = cutTime(path, read);
  const degrade = resolveDegrade(`${path}.degrade`, read.degrade, models && Object.keys(models));
  if (degrade.length > 0 && periods === undefined)
    throw new InvalidOptionError(`${path}.degrade`, read.degrade, "absent with the period of a request");
  if (degrade.length === 0 && onReached === "degrade")
    throw new InvalidOptionError(`${path}.degrade`, undefined, 'given with onReached: "degrade"');
  if (read.thresholds.length > 0 && periods === undefined)
    throw new InvalidOptionError(
      `${path}.thresholds`,
      read.thresholds,
      "absent with the period of a request",
    );
  const of = read.of === undefined ? undefined : resolveCounted(`${path}.of`, read.of, models ?? {});
  const unit = isUsd ? "usd" : "tokens";
  const whose = owner.kind === "label" ? owner.label : owner.kind;
  const name = read.name ?? `${whose}-${unit}-${unitOfTime}`.replace(/[^\w.-]/g, "-").slice(0, 64);
  const own = ownLimit(path, unit, given, "config");
  const called = owner.kind === "router" ? "" : whose;
  const describe = (limit: OwnLimit): string => description(called, limit.given, unit, unitOfTime, read, of);
  return Object.freeze({
    name,
    unit,
    own,
    limitFor:
      limitFor === undefined
        ? undefined
        : resolveLimitFor(`${path}.limitFor`, limitFor, unit, owner.kind, own),
    owner,
    of,
    maxOwners,
    periods,
    kind: `${owner.kind}${owner.kind === "label" ? `:${owner.label}` : ""} ${unit} ${unitOfTime}${cut}${of === undefined ? "" : ` of ${of.names}`}`,
    degrade,
    thresholds: [...new Set(read.thresholds)].sort((one, other) => one - other).map((from) => ({ from })),
    refuses: onReached === "refuse",
    lapse,
    needsPrices: isUsd && onReached === "refuse" && read.unpriced === "refuse",
    description: describe(own),
    describe,
  } satisfies Budget);
}

const labelOptions: OptionTable<{ readonly label: string }> = {
  label: { is: "text", empty: true },
};

function checkOwner(
  option: string,
  per: NonNullable<BudgetOptions["per"]>,
): NonNullable<BudgetOptions["per"]> {
  if (per === "router" || per === "tenant" || per === "session") return per;
  const label: unknown = (per as { readonly label?: unknown } | null)?.label;
  if (typeof label !== "string" || label === "" || label.length > 256)
    throw new InvalidOptionError(option, per, ownerRule);
  return readOptions(option, labelOptions, per);
}

function ownerOf(per: NonNullable<BudgetOptions["per"]>): BudgetOwner {
  return typeof per === "string" ? { kind: per } : { kind: "label", label: per.label };
}

function description(
  whose: string,
  given: number,
  unit: BudgetUnit,
  unitOfTime: string,
  { name, periodMs, from, timeZone }: BudgetOptions,
  of: Counted | undefined,
): string {
  const per =
    unitOfTime === "total" ? "in total" : `per ${periodMs === undefined ? unitOfTime : `${periodMs} ms`}`;
  const since = from === undefined ? "" : ` from ${from}`;
  const where = timeZone === undefined ? "" : ` (${timeZone})`;
  const called = name === undefined || name === whose ? "" : ` ${name}`;
  const owned = whose === "" ? "the" : `the ${whose}'s`;
  return `${owned} budget${called} of ${given} ${unit === "usd" ? "USD" : "tokens"} ${per}${since}${where}${of === undefined ? "" : ` for ${of.names}`}`;
}
