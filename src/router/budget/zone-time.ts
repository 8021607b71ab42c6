import { InvalidOptionError } from "../../contracts/index.ts";

/** Calendar of a time zone. All times in milliseconds since the epoch. */
export interface ZoneTime {
  /** Returns the time of day in the zone, as the time at which UTC shows the same. */
  local(at: number): number;
  /** Returns the first time at which the zone's clock shows this local time or a later one. */
  firstAt(local: number): number;
}

const minute = 60_000;
/** No zone is further from UTC, and no change of its clock is larger, than a day and two hours. */
const furthest = 26 * 60 * minute;

const utc: ZoneTime = { local: (at) => at, firstAt: (local) => local };

/** Returns the calendar of a zone of the IANA data base, by `Intl`. Throws `InvalidOptionError` for an unknown one. */
export function zoneTime(option: string, timeZone: unknown): ZoneTime {
  if (timeZone === "UTC") return utc;
  const format = formatOf(option, timeZone);
  const local = (at: number): number => {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of format.formatToParts(at)) shown[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute: minutes = 0, second = 0 } = shown;
    const whole = Math.floor(at / 1_000) * 1_000;
    return Date.UTC(year, month - 1, day, hour, minutes, second) + (at - whole);
  };
  return {
    local,
    // A search and no arithmetic with offsets: a clock that is set forward at midnight never shows it.
    firstAt: (wanted) => firstTime(wanted - furthest, wanted + furthest, (at) => local(at) >= wanted),
  };
}

/** Returns the first time after `before` at which `is` holds. It holds at `after`, and from the first time on. */
export function firstTime(before: number, after: number, is: (at: number) => boolean): number {
  let [last, first] = [before, after];
  while (first - last > 1) {
    const middle = Math.floor((last + first) / 2);
    if (is(middle)) first = middle;
    else last = middle;
  }
  return first;
}

function formatOf(option: string, timeZone: unknown): Intl.DateTimeFormat {
  const expected = 'a time zone of the IANA data base, for instance "Europe/Berlin"';
  if (typeof timeZone !== "string" || timeZone === "")
    throw new InvalidOptionError(option, timeZone, expected);
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw new InvalidOptionError(option, timeZone, expected);
  }
}
