import type { Guard } from "./guard.ts";
import { readShareGuard, type ShareGuardOptions, shareOf } from "./guard-options.ts";
import { type PairedState, pairedGuard } from "./paired-guard.ts";

/** Guard on the share of a unit's requests whose caller left before the end of the answer. Exact. Throws `InvalidOptionError`. */
export function aborts(options: ShareGuardOptions): Guard<PairedState> {
  return pairedGuard({
    ...readShareGuard("aborts", options),
    name: "aborts",
    unit: "share",
    value: (requests) => shareOf(requests, ({ outcome }) => outcome === "aborted"),
  });
}
