import type { Guard } from "./guard.ts";
import { type ShareGuardOptions, shareGuardOptions, shareOf } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

/** Guard on the share of a unit's requests whose answer no check had accepted. Exact. Throws `InvalidOptionError`. */
export function degraded(options: ShareGuardOptions): Guard<PairedState> {
  return pairedGuard({
    ...shareGuardOptions("degraded", options),
    name: "degraded",
    unit: "share",
    value: (requests) => shareOf(requests, ({ outcome }) => outcome === "degraded"),
  });
}
