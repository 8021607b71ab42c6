import type { OptionTable } from "../../../plugin/options/option-table.ts";
import { readOptions } from "../../../plugin/options/read-options.ts";
import { askedAgain } from "./asked-again.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import type { DiscoveredEndpoint, Discovery } from "./discovery.ts";

export interface PolledOptions {
  /** Time between two questions, in milliseconds. Default 5,000. */
  readonly everyMs?: number | undefined;
}

export const polledOptions: OptionTable<PolledOptions> = {
  everyMs: { is: "duration", max: 86_400_000, default: 5_000 },
};

/**
 * Endpoints that a function returns, which is asked again and again. While it throws, or returns something else, the last
 * set stays. Throws `InvalidOptionError`.
 */
export function polled(
  read: (options: {
    readonly signal: AbortSignal;
  }) => readonly (string | DiscoveredEndpoint)[] | Promise<readonly (string | DiscoveredEndpoint)[]>,
  options: PolledOptions = {},
): Discovery {
  const { everyMs } = readOptions("polled", polledOptions, options);
  return {
    name: "polled",
    watch: (_runtime, watching) =>
      askedAgain(
        "the function",
        async () => ({
          endpoints: checkEndpoints("endpoints", await read({ signal: watching.signal })),
          nextMs: everyMs,
        }),
        () => "it failed, and the last endpoints stay",
        watching,
        everyMs,
      ),
  };
}
