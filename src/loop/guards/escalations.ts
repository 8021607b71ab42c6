import { readOptions } from "../../plugin/index.ts";
import type { Guard } from "./guard.ts";
import { type MeasuredGuardOptions, measuredGuardOptions, shareOf } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

/**
 * Guard on the share of a unit's requests that were escalated: by default those in which a larger model was asked, with
 * `of: "requests"` those that it answered. Exact. Throws `InvalidOptionError`.
 */
export function escalations(options: MeasuredGuardOptions): Guard<PairedState> {
  const { of, margin, kind } = readOptions("escalations", measuredGuardOptions, options);
  return pairedGuard({
    name: "escalations",
    kind,
    margin,
    marginOf: "difference",
    unit: "share",
    value: (requests) =>
      shareOf(requests, ({ escalated }) =>
        of === "requests" ? escalated === "answered" : escalated !== undefined,
      ),
  });
}
