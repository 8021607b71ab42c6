import type { GuardStatus } from "../../../src/loop/index.ts";
import { percentDigits, points, usd } from "../../../src/plugin/format-number.ts";

/** Conclusion about a guard: the first that applies. */
export type GuardConclusion = "harm" | "safe" | "open" | "none";

export function conclusionOf({ harm, safe, alarmAt, safeAt, pairs }: GuardStatus): GuardConclusion {
  if (pairs === 0) return "none";
  if (harm >= alarmAt) return "harm";
  return safe >= safeAt ? "safe" : "open";
}

/** Formats a value of a guard, with its unit. */
export function showValue({ unit }: Pick<GuardStatus, "unit">, value: number): string {
  if (unit === "usd") return usd(value);
  if (unit === "ms") return `${signed(value, 0)} ms`;
  return unit === "quality" ? `${points(value)} points` : `${percentDigits(value)} %`;
}

/** Formats the difference of two values. A difference of shares is in points. */
export function differenceOf(guard: Pick<GuardStatus, "unit">, value: number): string {
  const sign = value > 0 ? "+" : "";
  const { unit } = guard;
  return unit === "share" ? `${sign}${points(value)} points` : sign + showValue(guard, value);
}

/** Formats the harm that counts as none. */
export function marginOf(guard: Pick<GuardStatus, "unit" | "margin" | "marginOf">): string {
  return guard.marginOf === "control"
    ? `${percentDigits(guard.margin)} % of control`
    : differenceOf(guard, guard.margin);
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toLocaleString("en-US", { maximumFractionDigits: digits });
  return value < 0 ? `−${text}` : text;
}
