import type { Guard } from "./guard.ts";
import { readShareGuard, type ShareGuardOptions, shareOf } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

/** Guard on the share of a unit's requests whose answer no check had accepted. Exact. Throws `InvalidOptionError`. */
export function degraded(options: ShareGuardOptions): Guard<PairedState> {
  return pairedGuard({
    ...readShareGuard("degraded", options),
    name: "degraded",
    unit: "share",
    value: (requests) => shareOf(requests, ({ outcome }) => outcome === "degraded"),
  });
}
