/**
 * Longest wait that a header may ask for, in milliseconds: a week. No quota of a provider lasts longer, and a
 * clock that is wrong by years states longer ones.
 */
export const LONGEST_WAIT_MS: number = 7 * 86_400_000;

const decimal = /^\d{1,15}(?:\.\d{1,15})?$/;

/** Splits a header into its values: headers of one name arrive joined by commas, which dates contain too. */
export function valuesOf(header: string | null): readonly string[] {
  if (header === null || header.length > longestHeader) return [];
  if (!header.includes(",")) return [header.trim()];
  return header.match(/\s*(?:[A-Za-z]{3,9},)?[^,]+/g)?.map((value) => value.trim()) ?? [];
}

const longestHeader = 400;

/** Returns a value that is a plain decimal number, not negative; undefined for any other. */
export function decimalOf(value: string): number | undefined {
  return decimal.test(value) ? Number(value) : undefined;
}

const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d (?:GMT|UTC)$/;
const isoDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Returns the time of a date of HTTP or of RFC 3339. `Date.parse` alone takes `retry 7` for one. */
export function dateOf(value: string): number | undefined {
  if (!httpDate.test(value) && !isoDate.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

/** Returns a wait that is a plain decimal number, of any length: what no number can hold is Infinity. */
export function waitOf(value: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** Returns the largest wait that is not absurd; if all are, the longest that may be asked for. Undefined: none was asked for. */
export function boundedWait(waits: readonly (number | undefined)[]): number | undefined {
  const isTooLong = waits.some((ms) => ms !== undefined && ms > LONGEST_WAIT_MS);
  return largest(waits.map(saneWait)) ?? (isTooLong ? LONGEST_WAIT_MS : undefined);
}

/** Returns a wait as it is; undefined if it is absurd. */
export function saneWait(ms: number | undefined): number | undefined {
  return ms !== undefined && ms >= 0 && ms <= LONGEST_WAIT_MS ? ms : undefined;
}

/** Returns the largest of the numbers that are known; undefined if none is. */
export function largest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** Returns the smallest of the numbers that are known; undefined if none is. */
export function smallest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
