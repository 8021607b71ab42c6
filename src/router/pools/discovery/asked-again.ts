import { isRouterError } from "../../../contracts/index.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import type { DiscoveredEndpoint, EndpointSet, WatchOptions } from "./discovery.ts";
import { jittered, pause } from "./pause.ts";

export interface Asked {
  readonly endpoints: readonly DiscoveredEndpoint[];
  /** Time after which to ask again, in milliseconds. */
  readonly nextMs: number;
}

/** Yields the sets of a source that has to be asked again and again: those that differ from the last. */
export async function* askedAgain(
  source: string,
  ask: () => Promise<Asked>,
  describe: (error: unknown) => string,
  { signal, onProblem }: WatchOptions,
  retryMs: number,
): AsyncGenerator<EndpointSet, void> {
  let last: string | undefined;
  let failing = false;
  while (!signal.aborted) {
    let waitMs = retryMs;
    try {
      const { endpoints, nextMs } = await settleWithin(ask(), { signal });
      waitMs = nextMs;
      if (failing) onProblem?.(undefined);
      failing = false;
      const key = JSON.stringify(endpoints);
      if (key !== last) {
        last = key;
        yield { endpoints, source };
      }
    } catch (error) {
      if (signal.aborted) return;
      failing = true;
      onProblem?.(`${source}: ${isRouterError(error) ? error.message : describe(error)}`);
    }
    await pause(jittered(waitMs), signal);
  }
}
