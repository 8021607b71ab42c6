import { InvalidOptionError } from "../../contracts/index.ts";
import type { ZoneTime } from "./zone-time.ts";

/** Form of a moment from which periods are counted. */
export const fromPattern: RegExp =
  /^(\d{4}-\d\d-\d\d)(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
export const fromRule: string =
  'a date after 1970-01-01 such as "2026-12-05", or a time with its offset such as "2026-12-05T08:00:00+01:00"';

/** A moment from which periods are counted, in milliseconds since the epoch. */
export interface PeriodFrom {
  readonly at: number;
  /** Time that the zone's clock shows then, as the time at which UTC shows the same. */
  readonly local: number;
}

/** Reads a date, which begins in the zone, or a time with its offset. Throws `InvalidOptionError` for one that does not exist. */
export function periodFrom(option: string, given: string, zone: ZoneTime): PeriodFrom {
  const [, date = "", time] = fromPattern.exec(given) ?? [];
  const day = Date.parse(`${date}T00:00Z`);
  const at = time === undefined ? zone.firstAt(day) : Date.parse(given);
  // 30 February is read as a day of March.
  const isDate = day > 0 && new Date(day).toISOString().startsWith(date);
  if (!isDate || !(at > 0)) throw new InvalidOptionError(option, given, fromRule);
  // A day that a zone has left out still is the day of a month.
  return { at, local: time === undefined ? day : zone.local(at) };
}
