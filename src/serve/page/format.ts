import * as known from "../../plugin/format-number.ts";

// Numbers for people: the same forms as in the reports. What is not known is a dash.

const absent = "–";
type Known = number | null | undefined;

export function isNumber(value: Known): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

const orAbsent =
  (show: (value: number) => string) =>
  (value: Known): string =>
    isNumber(value) ? show(value) : absent;

export const count: (value: Known) => string = orAbsent(known.count);
export const usd: (amount: Known) => string = orAbsent(known.usd);
export const percent: (share: Known) => string = orAbsent(known.percent);
export const percentDigits: (share: number) => string = known.percentDigits;

/** Short form for axes: `12.3k`. */
export function brief(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 1e4 ? `${Number((value / 1e3).toPrecision(3))}k` : count(Math.round(value));
}

/** An upper bound: rounded up, so that the written number holds too. */
export const atMost: (share: Known) => string = orAbsent(
  // A number of thousandths, up to its last bits, is not rounded up.
  (share) => `${String(Math.ceil(1e3 * share - 1e-7) / 10).replace("-", "−")} %`,
);

export const milliseconds: (value: Known) => string = orAbsent((value) => {
  if (value < 999.5) return `${Number(value.toPrecision(3))} ms`;
  if (value < 99_500) return `${(value / 1_000).toFixed(value < 9_950 ? 2 : 1)} s`;
  return `${Math.round(value / 60_000)} min`;
});

export const digits: (value: Known) => string = orAbsent((value) => {
  const text = String(Number(Math.abs(value).toPrecision(3)));
  return value < 0 ? `−${text}` : text;
});

/** The interval of a number, `[35, 41]`; empty if it has none. */
export function interval(
  { low, high }: { readonly low?: Known; readonly high?: Known },
  show: (value: number) => string,
): string {
  return isNumber(low) && isNumber(high) ? `[${show(low)}, ${show(high)}]` : "";
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

const safely =
  (format: Intl.DateTimeFormat) =>
  (at: number): string =>
    Math.abs(at) <= 8.64e15 ? format.format(at) : absent;

export const timeOf: (at: number) => string = safely(clock);
const hourOf = safely(hours);
const dayOf = safely(day);

/** Time and, if it is another day than `now`, the day. */
export function momentOf(at: number, now: number): string {
  return dayOf(at) === dayOf(now) && Math.abs(now - at) < 2 * 86_400_000
    ? hourOf(at)
    : `${dayOf(at)}, ${hourOf(at)}`;
}

/** Date and time of a text in ISO 8601, to the minute in UTC; the text itself if it is none. */
export function utcOf(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time)
    ? at.slice(0, 40)
    : `${new Date(time).toISOString().replace("T", " ").slice(0, 16)} UTC`;
}
