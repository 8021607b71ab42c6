import type { CheckResult, GateContext } from "./gate-check.ts";

const dayMs = 24 * 60 * 60 * 1_000;

/** Checks if the certificate is still within its time. */
export function expiry({ tuning, now }: Pick<GateContext, "tuning" | "now">): CheckResult {
  const { createdAt, expiresAt } = tuning;
  const days = (Date.parse(expiresAt) - now) / dayMs;
  const passed = days > 0;
  const sentence = passed
    ? `the certificate holds until ${expiresAt} (days left: ${days.toFixed(1)})`
    : `the certificate has expired at ${expiresAt}: tune again on recent outcomes`;
  const figures = { createdAt, expiresAt, now: new Date(now).toISOString(), daysLeft: days };
  return { name: "expiry", verdict: passed ? "passed" : "failed", sentence, figures };
}
