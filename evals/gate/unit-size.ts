import type { CheckResult, GateContext } from "./gate-check.ts";

/**
 * Whether units (conversations, tenants) are still no larger than the largest one that the certificate has
 * seen, which it takes for the largest that can come. Where a larger one came, the certificate does not
 * speak of such requests: not judged.
 */
export function unitSize({ tuning, units }: Pick<GateContext, "tuning" | "units">): CheckResult {
  const sizes: number[] = [];
  for (const unit of units) sizes[unit] = (sizes[unit] ?? 0) + 1;
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const { largestUnit, groupBy } = tuning.certificate;
  const by = groupBy.join(", ");
  const passed = largest <= largestUnit;
  const sentence = passed
    ? `the largest unit (by ${by}) has ${largest} records, no more than the ${largestUnit} tuned on`
    : `a unit (by ${by}) has ${largest} records, the largest one tuned on had ${largestUnit}: the certificate rests on none being larger`;
  return {
    name: "unit-size",
    verdict: passed ? "passed" : "not-judged",
    sentence,
    figures: { largest, tuned: largestUnit, groupBy },
  };
}
