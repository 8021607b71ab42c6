import { InvalidOptionError } from "../../contracts/index.ts";
import { periodFrom } from "./period-from.ts";
import { type CalendarUnit, calendar, everyMs, type Periods, total } from "./periods.ts";
import { zoneTime } from "./zone-time.ts";

export const periodRule = '"request", "hour", "day", "week", "month" or "total", unless periodMs is given';

const calendarUnits: readonly unknown[] = ["hour", "day", "week", "month"] satisfies CalendarUnit[];

/** Options of a budget that say how time is cut. */
interface PeriodOptions {
  readonly period?: string | undefined;
  readonly periodMs?: number | undefined;
  readonly from?: string | undefined;
  readonly timeZone?: string | undefined;
}

/** Periods of a budget, and what they are called. */
export interface CutTime {
  readonly unitOfTime: string;
  readonly periods: Periods | undefined;
  /** Zone and begin by which time is cut: with others the budget is another one. */
  readonly cut: string;
}

/** Returns the periods that a budget's options state. Throws `InvalidOptionError`. */
export function cutTime(path: string, { period, periodMs, from: given, timeZone }: PeriodOptions): CutTime {
  if (period !== undefined && periodMs !== undefined)
    throw new InvalidOptionError(`${path}.periodMs`, periodMs, "absent if period is given");
  if (period === undefined && periodMs === undefined)
    throw new InvalidOptionError(`${path}.period`, period, periodRule);
  if (given !== undefined && period === "request")
    throw new InvalidOptionError(`${path}.from`, given, "absent with the period of a request");
  const isCalendar = calendarUnits.includes(period);
  if (timeZone !== undefined && !isCalendar && (given === undefined || given.includes("T")))
    throw new InvalidOptionError(
      `${path}.timeZone`,
      timeZone,
      "absent unless period is hour, day, week or month, or from is a date",
    );
  if (period === "request") return { unitOfTime: period, periods: undefined, cut: "" };
  const zone = zoneTime(`${path}.timeZone`, timeZone ?? "UTC");
  const from = given === undefined ? undefined : periodFrom(`${path}.from`, given, zone);
  const since = (time: number | undefined) =>
    time === undefined ? "" : ` from ${new Date(time).toISOString()}`;
  if (isCalendar) {
    const unit = period as CalendarUnit;
    const cut = ` ${timeZone ?? "UTC"}${since(from?.local)}`;
    return { unitOfTime: unit, periods: calendar(unit, zone, from?.local), cut };
  }
  const cut = since(from?.at);
  if (periodMs === undefined) return { unitOfTime: "total", periods: total(from?.at), cut };
  return { unitOfTime: `${periodMs}ms`, periods: everyMs(periodMs, from?.at), cut };
}
