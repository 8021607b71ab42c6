import type { Guard } from "./guard.ts";
import { readShareGuard, type ShareGuardOptions, shareOf } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

/** Guard on the share of a unit's requests that failed. Exact. Throws `InvalidOptionError`. */
export function errors(options: ShareGuardOptions): Guard<PairedState> {
  return pairedGuard({
    ...readShareGuard("errors", options),
    name: "errors",
    unit: "share",
    value: (requests) => shareOf(requests, ({ outcome }) => outcome === "failed"),
  });
}
