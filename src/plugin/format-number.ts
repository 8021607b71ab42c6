// Formats of numbers in pages and reports: for people, with their unit.

/** A number with its interval. */
interface Estimate {
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** Formats a share of 1 as `41 %`; small ones with a decimal. */
export function percent(share: number): string {
  return `${percentDigits(share)} %`;
}

/** Formats quality, or a difference of qualities, on the scale from 0 to 100. */
export function points(quality: number): string {
  return fixed(100 * quality, 1);
}

/** Formats points without a decimal that is zero: for limits, and grades that are mostly right or wrong. */
export function roundPoints(quality: number): string {
  return points(quality).replace(/\.0$/, "");
}

/** Formats an upper limit, of 100: rounded up to two decimals, so that the written number holds too. */
export function limit(share: number): string {
  // A decimal number of hundredths, up to its last bits, is not rounded up.
  return String(Math.ceil(1e4 * share - 1e-7) / 100).replace("-", "−");
}

/** Formats a confidence in per cent: rounded down to three decimals, so that it never reads 100. */
export function sureness(confidence: number): string {
  return `${Math.floor(1e5 * confidence + 1e-6) / 1e3} %`;
}

/** Formats US dollars of any size: `$0.0042`, `$0.85`, `$1,234`, `$1.2e+15`. */
export function usd(amount: number): string {
  const size = Math.abs(amount);
  const sign = amount < 0 ? "−" : "";
  if (size === 0) return "$0";
  if (size >= 1e12) return `${sign}$${size.toExponential(1)}`;
  if (size >= 100) return `${sign}$${count(Math.round(size))}`;
  if (size >= 1) return `${sign}$${size.toFixed(2)}`;
  // Of the rounded number: 0.0999999 is $0.10, and not $0.100.
  const digits = Math.min(12, 1 - Math.floor(Math.log10(Number(size.toPrecision(2)))));
  return `${sign}$${size.toFixed(Math.max(2, digits))}`;
}

/** Formats US dollars without the sign, for intervals. */
export function usdDigits(amount: number): string {
  return usd(amount).replace("$", "");
}

export function count(number: number): string {
  return number.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** Formats complexity and thresholds. */
export function score(complexity: number): string {
  return fixed(complexity, 2);
}

/** Formats a number with its interval: `38 % [35, 41]`. Without an interval, only the number. */
export function withInterval(
  { value, low, high }: Estimate,
  show: (value: number) => string,
  bare: (value: number) => string = show,
): string {
  if (low === undefined || high === undefined) return show(value);
  return `${show(value)} [${bare(low)}, ${bare(high)}]`;
}

export function percentWithInterval(estimate: Estimate): string {
  return withInterval(estimate, percent, percentDigits);
}

export function percentDigits(share: number): string {
  const size = Math.abs(100 * share);
  // Neither a small share nor a small rest is rounded away.
  const isNear = size < 9.95 || (size > 99 && size < 99.95);
  return fixed(100 * share, isNear && size !== Math.round(size) ? 1 : 0);
}

/** Formats a number with a true minus, and never "-0". */
function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
