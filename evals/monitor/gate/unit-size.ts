import { counted } from "../../../src/plugin/counted.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";

/** Share of the records that may lie beyond the cap: their loss is at most half a point of all. */
const fewBeyond = 0.005;

/**
 * Checks if the certificate counts the requests of each unit (conversation, tenant) in full. A unit larger
 * than the cap weighs no more than the cap, so the loss of all requests may differ: not judged. A cap below
 * the largest unit that was tuned on is deliberate: larger units are then meant to weigh no more. One request
 * that comes twice, or few among many, cannot move the loss by what matters.
 */
export function unitSize({ tuning, units }: Pick<GateContext, "tuning" | "units">): CheckResult {
  const sizes: number[] = [];
  for (const unit of units) sizes[unit] = (sizes[unit] ?? 0) + 1;
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const { largestUnit, groupBy } = tuning.certificate;
  const unitCap = tuning.certificate.unitCap ?? Math.max(1, largestUnit);
  const by = groupBy.join(", ");
  const isChosen = unitCap < largestUnit;
  const beyond = sizes.reduce((sum, size) => sum + Math.max(0, size - unitCap), 0);
  const isCounted = largest <= unitCap;
  const passed = isChosen || isCounted || beyond <= Math.max(1, fewBeyond * units.length);
  const has = `unit (by ${by}) has ${counted(largest, "record")}`;
  const sentence = isChosen
    ? `the largest ${has}; units count as ${unitCap} at most, as certified`
    : isCounted
      ? `the largest ${has}, all of which the certificate counts (up to ${unitCap})`
      : passed
        ? `a ${has}, which the certificate counts as ${unitCap}; ${beyond} of ${units.length} records lie beyond, too few to matter`
        : `a ${has}, which the certificate counts as ${unitCap}: tune again with units as large`;
  return {
    name: "unit-size",
    verdict: passed ? "passed" : "not-judged",
    sentence,
    figures: { largest, beyond, tuned: largestUnit, unitCap, groupBy },
  };
}
