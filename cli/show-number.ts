import type { Estimate } from "../src/loop/statistics/index.ts";

/** Formats a cost per thousand requests: a single one costs a fraction of a cent. */
export function perThousand(usd: number): string {
  return usd === 0 ? "0" : (1_000 * usd).toPrecision(3);
}

/** Formats a number between 0 and 1, such as a quality. */
export const digits = (value: number): string => value.toFixed(3);

/** Formats an estimate by `show`: `0.71 [0.68, 0.74]`, with n/a for unknown parts. */
export function withInterval(estimate: Estimate | undefined, show: (value: number) => string): string {
  if (estimate === undefined) return "n/a";
  const { value, low, high } = estimate;
  const interval = low === undefined || high === undefined ? "n/a" : `${show(low)}, ${show(high)}`;
  return `${show(value)} [${interval}]`;
}
