import { counted } from "../../../src/plugin/counted.ts";
import { showPercentUpTo } from "../../../src/plugin/show-percent.ts";
import type { CheckResult, GateContext } from "./gate-check.ts";
import type { LossEvidence } from "./loss-evidence.ts";

/** Result if there are no other records, or for a policy that neither the tuning file nor the config determines. */
export function unknownPolicy(
  { policy }: GateContext["tuning"],
  { cases }: GateContext["fresh"],
): Pick<CheckResult, "sentence" | "figures"> {
  if (cases.length === 0)
    return {
      sentence:
        "all records were tuned on: compared with themselves above, but no proof for other requests; give fresh ones too",
      figures: {},
    };
  return {
    sentence: `policy ${policy.name} is not determined by its parameters: give the router that has it, --config FILE`,
    figures: { policy },
  };
}

export function scopeOf({ category }: LossEvidence): string {
  return category === undefined ? "" : `category ${category}: `;
}

export function sizeOf({ records, units }: LossEvidence): string {
  const size = counted(records, "record");
  return records === units ? size : `${size} of ${units} independent units`;
}

/** Formats quality and shares to a hundredth of a per cent. */
export function percent(share: number): string {
  return showPercentUpTo(share, 2);
}
