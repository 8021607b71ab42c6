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

/** One period without end. */
export const total: Periods = {
  of: () => ({ start: 0, end: Number.POSITIVE_INFINITY }),
  lengthMs: Number.POSITIVE_INFINITY,
};

/** Periods of equal length, counted from the epoch. */
export function everyMs(lengthMs: number): Periods {
  return remembering(lengthMs, (now) => {
    const start = Math.floor(now / lengthMs) * lengthMs;
    return { start, end: start + lengthMs };
  });
}

/**
 * Calendar hours, days or months of a zone. A day on which the clock changes is shorter or longer. An hour within which it
 * changes, as by half an hour on Lord Howe, ends there.
 */
export function calendar(unit: "hour" | "day" | "month", zone: ZoneTime): Periods {
  if (unit === "hour") {
    // Zones differ from UTC by parts of an hour, too.
    const offsetAt = (at: number): number => zone.local(at) - at;
    const changeBetween = (before: number, after: number): number =>
      firstTime(before, after, (at) => offsetAt(at) === offsetAt(after));
    return remembering(hourMs, (now) => {
      const offset = offsetAt(now);
      const start = now - (((zone.local(now) % hourMs) + hourMs) % hourMs);
      const end = start + hourMs;
      return {
        start: offsetAt(start) === offset ? start : changeBetween(start, now),
        end: offsetAt(end - 1) === offset ? end : changeBetween(now, end - 1),
      };
    });
  }
  const beginOf = (local: number, next: number): number => {
    const date = new Date(local);
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
    return unit === "day" ? Date.UTC(year, month, day + next) : Date.UTC(year, month + next);
  };
  return remembering(unit === "day" ? dayMs + 2 * hourMs : 31 * dayMs + 2 * hourMs, (now) => {
    const local = zone.local(now);
    const [start, end] = [zone.firstAt(beginOf(local, 0)), zone.firstAt(beginOf(local, 1))];
    // A clock that is set back over midnight shows a day twice; its first midnight is the border.
    if (now < start) return { start: zone.firstAt(beginOf(local, -1)), end: start };
    return now < end ? { start, end } : { start: end, end: zone.firstAt(beginOf(local, 2)) };
  });
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
