// Numbers for people: the same forms as in the reports.

const absent = "–";

/** @param {number | null | undefined} value @returns {value is number} */
export function isNumber(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** @param {number | null | undefined} value */
export function count(value) {
  return isNumber(value) ? value.toLocaleString("en-US", { maximumFractionDigits: 0 }) : absent;
}

/** Short form for axes: `12.3k`. @param {number} value */
export function brief(value) {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  return value >= 1e4 ? `${Number((value / 1e3).toPrecision(3))}k` : count(Math.round(value));
}

/** @param {number | null | undefined} amount */
export function usd(amount) {
  if (!isNumber(amount)) return absent;
  const size = Math.abs(amount);
  const sign = amount < 0 ? "−" : "";
  if (size === 0) return "$0";
  if (size >= 1e9) return `${sign}$${size.toExponential(1)}`;
  if (size >= 100) return `${sign}$${count(Math.round(size))}`;
  if (size >= 1) return `${sign}$${size.toFixed(2)}`;
  const digits = Math.min(12, 1 - Math.floor(Math.log10(Number(size.toPrecision(2)))));
  return `${sign}$${size.toFixed(Math.max(2, digits))}`;
}

/** @param {number | null | undefined} share */
export function percent(share) {
  return isNumber(share) ? `${percentDigits(share)} %` : absent;
}

/** @param {number} share */
export function percentDigits(share) {
  const size = Math.abs(100 * share);
  const isNear = size < 9.95 || (size > 99 && size < 99.95);
  let text = size.toFixed(isNear && size !== Math.round(size) ? 1 : 0);
  if (size > 0 && size < 0.05) text = "<0.1";
  return share < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** An upper bound: rounded up, so that the written number holds too. @param {number | null | undefined} share */
export function atMost(share) {
  // A number of thousandths, up to its last bits, is not rounded up.
  return isNumber(share) ? `${String(Math.ceil(1e3 * share - 1e-7) / 10).replace("-", "−")} %` : absent;
}

/** @param {number | null | undefined} value */
export function milliseconds(value) {
  if (!isNumber(value)) return absent;
  if (value < 999.5) return `${Number(value.toPrecision(3))} ms`;
  if (value < 99_500) return `${(value / 1_000).toFixed(value < 9_950 ? 2 : 1)} s`;
  return `${Math.round(value / 60_000)} min`;
}

/** @param {number | null | undefined} value */
export function digits(value) {
  if (!isNumber(value)) return absent;
  const text = String(Number(Math.abs(value).toPrecision(3)));
  return value < 0 ? `−${text}` : text;
}

/** A number with its interval, `38 % [35, 41]`. @param {{ low?: number, high?: number }} estimate @param {(value: number) => string} show */
export function interval({ low, high }, show) {
  return isNumber(low) && isNumber(high) ? `[${show(low)}, ${show(high)}]` : "";
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const hours = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** @param {Intl.DateTimeFormat} format @returns {(at: number) => string} */
const safely = (format) => (at) => (Math.abs(at) <= 8.64e15 ? format.format(at) : absent);

export const timeOf = safely(clock);
const hourOf = safely(hours);
const dayOf = safely(day);

/** Time and, if it is another day than `now`, the day. @param {number} at @param {number} now */
export function momentOf(at, now) {
  return dayOf(at) === dayOf(now) && Math.abs(now - at) < 2 * 86_400_000
    ? hourOf(at)
    : `${dayOf(at)}, ${hourOf(at)}`;
}
