import type { FrameEstimate, FrameSaving } from "./frame.ts";
import type { ShownHoldOut } from "./sources.ts";

/** Returns what a hold-out has measured. */
export function savingOf(holdOut: ShownHoldOut): FrameSaving {
  const { heldOut, routed, savedUsd, savedShare, qualityGained, confidence } = holdOut.saving();
  return {
    heldOut: heldOut.requests,
    routed: routed.requests,
    units: heldOut.units + routed.units,
    savedUsd: estimate(savedUsd, routed.requests),
    savedShare: estimate(savedShare),
    qualityGained: estimate(qualityGained),
    confidence,
  };
}

function estimate(given: FrameEstimate | undefined, times = 1): FrameEstimate | undefined {
  if (given === undefined) return undefined;
  const { value, low, high } = given;
  return {
    value: times * value,
    ...(low !== undefined && { low: times * low }),
    ...(high !== undefined && { high: times * high }),
  };
}
