import type { Guard } from "./guard.ts";
import { type ShareGuardOptions, shareGuardOptions, shareOf } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

/** Guard on the share of a unit's requests that failed. Exact. Throws `InvalidOptionError`. */
export function errors(options: ShareGuardOptions): Guard<PairedState> {
  return pairedGuard({
    ...shareGuardOptions("errors", options),
    name: "errors",
    unit: "share",
    value: (requests) => shareOf(requests, ({ outcome }) => outcome === "failed"),
  });
}
