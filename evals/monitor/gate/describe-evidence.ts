import type { CheckResult, GateContext } from "./gate-check.ts";
import type { LossEvidence } from "./loss-evidence.ts";

/** A policy that neither the tuning file nor the config makes known. */
export function unknownPolicy({ policy }: GateContext["tuning"]): Pick<CheckResult, "sentence" | "figures"> {
  return {
    sentence: `policy ${policy.name} is not determined by its parameters: give the router that has it, --config FILE`,
    figures: { policy },
  };
}

export function scopeOf({ category }: LossEvidence): string {
  return category === undefined ? "" : `category ${category}: `;
}

export function sizeOf({ records, units }: LossEvidence): string {
  const counted = records === 1 ? "1 record" : `${records} records`;
  return records === units ? counted : `${counted} of ${units} independent units`;
}

export function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}
