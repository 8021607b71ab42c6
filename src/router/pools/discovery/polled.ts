import { checkNumber } from "../../../plugin/option-checks.ts";
import { askedAgain } from "./asked-again.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import type { DiscoveredEndpoint, Discovery } from "./discovery.ts";

/**
 * Endpoints that a function returns, which is asked every `everyMs` milliseconds (default 5,000). While it throws, or
 * returns something else, the last set stays. Throws `InvalidOptionError`.
 */
export function polled(
  read: (options: {
    readonly signal: AbortSignal;
  }) => readonly (string | DiscoveredEndpoint)[] | Promise<readonly (string | DiscoveredEndpoint)[]>,
  { everyMs = 5_000 }: { readonly everyMs?: number } = {},
): Discovery {
  checkNumber("polled.everyMs", everyMs, { min: 1, max: 86_400_000 });
  return {
    name: "polled",
    watch: (_runtime, options) =>
      askedAgain(
        "the function",
        async () => ({
          endpoints: checkEndpoints("endpoints", await read({ signal: options.signal })),
          nextMs: everyMs,
        }),
        () => "it failed, and the last endpoints stay",
        options,
        everyMs,
      ),
  };
}
