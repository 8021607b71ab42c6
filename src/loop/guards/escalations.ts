import type { Guard } from "./guard.ts";
import { readShareGuard, type ShareGuardOptions, shareOf } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

/** Guard on the share of a unit's requests that were escalated. Exact. Throws `InvalidOptionError`. */
export function escalations(options: ShareGuardOptions): Guard<PairedState> {
  return pairedGuard({
    ...readShareGuard("escalations", options),
    name: "escalations",
    unit: "share",
    value: (requests) => shareOf(requests, ({ escalated }) => escalated),
  });
}
