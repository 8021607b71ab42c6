import { firstTime, type ZoneTime } from "./zone-time.ts";

/** A period of a budget, in milliseconds since the epoch. */
export interface Period {
  readonly start: number;
  /** End of the period, which does not belong to it. Infinity if there is none. */
  readonly end: number;
}

/** Rule by which time is cut into periods. */
export interface Periods {
  /** Returns the period in which a time lies. */
  of(now: number): Period;
  /** Length of the longest period, in milliseconds. */
  readonly lengthMs: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** The first Monday after the epoch. */
const firstMonday = 4 * dayMs;
/** Lengths of the longest periods, but for changes of the clock. */
const lengths = { day: dayMs, week: 7 * dayMs, month: 31 * dayMs };

/** One period without end, which begins at a time after the epoch. What is before it is a period of its own. */
export function total(from = 0): Periods {
  const [before, after] = [
    { start: 0, end: from },
    { start: from, end: Number.POSITIVE_INFINITY },
  ];
  return { of: (now) => (from > 0 && now < from ? before : after), lengthMs: Number.POSITIVE_INFINITY };
}

/** Periods of equal length, of which one begins at `from`. */
export function everyMs(lengthMs: number, from = 0): Periods {
  return remembering(lengthMs, (now) => {
    const start = now - modulo(now - from, lengthMs);
    return { start, end: start + lengthMs };
  });
}

export type CalendarUnit = "hour" | "day" | "week" | "month";

/**
 * Calendar hours, days, weeks or months of a zone, of which one begins at the local time `from`: by default at the full hour,
 * at midnight, on Monday, on the 1st. A month that has no such day begins on its last. A day on which the clock changes is
 * shorter or longer. An hour within which it changes, as by half an hour on Lord Howe, ends there.
 */
export function calendar(
  unit: CalendarUnit,
  zone: ZoneTime,
  from: number = unit === "week" ? firstMonday : 0,
): Periods {
  if (unit === "hour") {
    // Zones differ from UTC by parts of an hour, too.
    const offsetAt = (at: number): number => zone.local(at) - at;
    const changeBetween = (before: number, after: number): number =>
      firstTime(before, after, (at) => offsetAt(at) === offsetAt(after));
    return remembering(hourMs, (now) => {
      const offset = offsetAt(now);
      const start = now - modulo(zone.local(now) - from, hourMs);
      const end = start + hourMs;
      return {
        start: offsetAt(start) === offset ? start : changeBetween(start, now),
        end: offsetAt(end - 1) === offset ? end : changeBetween(now, end - 1),
      };
    });
  }
  const lengthMs = lengths[unit];
  const timeOfDay = modulo(from, dayMs);
  const dayOfMonth = new Date(from).getUTCDate();
  const inMonth = (year: number, month: number): number => {
    const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
    return Date.UTC(year, month, Math.min(dayOfMonth, last)) + timeOfDay;
  };
  /** Returns the local time at which the period of a local time begins, or one that comes this many later. */
  const beginOf = (local: number, later: number): number => {
    if (unit !== "month") return local - modulo(local - from, lengthMs) + later * lengthMs;
    const date = new Date(local);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return inMonth(year, month + later - (local < inMonth(year, month) ? 1 : 0));
  };
  return remembering(lengthMs + 2 * hourMs, (now) => {
    const local = zone.local(now);
    const [start, end] = [zone.firstAt(beginOf(local, 0)), zone.firstAt(beginOf(local, 1))];
    // A clock that is set back over midnight shows a day twice; its first midnight is the border.
    if (now < start) return { start: zone.firstAt(beginOf(local, -1)), end: start };
    return now < end ? { start, end } : { start: end, end: zone.firstAt(beginOf(local, 2)) };
  });
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}

/** Remembers the last period, since a request costs microseconds and a look at a calendar more. */
function remembering(lengthMs: number, find: (now: number) => Period): Periods {
  let last: Period = { start: Number.POSITIVE_INFINITY, end: Number.NEGATIVE_INFINITY };
  return {
    lengthMs,
    of(now) {
      if (now < last.start || now >= last.end) last = find(now);
      return last;
    },
  };
}
