import { isRouterError } from "../../../contracts/index.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import type { DiscoveredEndpoint, EndpointSet, WatchOptions } from "./discovery.ts";
import { jittered, pause } from "./pause.ts";

export interface Asked {
  readonly endpoints: readonly DiscoveredEndpoint[];
  /** Time after which to ask again, in milliseconds. */
  readonly nextMs: number;
  /** Problem with a part of the answer, of which the rest counts. */
  readonly problem?: string | undefined;
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
      const { endpoints, nextMs, problem } = await settleWithin(ask(), { signal });
      waitMs = nextMs;
      const key = JSON.stringify(endpoints);
      if (key !== last) {
        last = key;
        yield { endpoints, source };
      }
      // A set that is taken ends what was wrong before it.
      if (problem !== undefined) onProblem?.(`${source}: ${problem}`);
      else if (failing) onProblem?.(undefined);
      failing = problem !== undefined;
    } catch (error) {
      if (signal.aborted) return;
      failing = true;
      onProblem?.(`${source}: ${isRouterError(error) ? error.message : describe(error)}`);
    }
    await pause(jittered(waitMs), signal);
  }
}
