import { errorType } from "../../../contracts/errors/index.ts";
import { isRouterError } from "../../../contracts/index.ts";
import type { Clock } from "../../../contracts/ports/index.ts";
import { dropPromises } from "../../../plugin/index.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { checkEndpoints } from "../discovery/check-endpoints.ts";
import type { DiscoveredEndpoint, Discovery, EndpointSet } from "../discovery/discovery.ts";
import { jittered, pause } from "../discovery/pause.ts";

export interface FollowOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onSet: (endpoints: readonly DiscoveredEndpoint[]) => void;
  /** Called with what is wrong, in our words; undefined once it is right again. */
  readonly onProblem: (problem: string | undefined) => void;
}

/** Shortest time between two sets that are taken: a source may send them without end. */
const betweenSetsMs = 5;
/** Time before a source is asked again that has ended, or thrown. */
const againMs = 2_000;
/** Longest problem that is kept, in characters. */
const longestProblem = 500;

/**
 * Follows the sets of a source until the signal fires, whatever the source does: one that throws, ends, or yields
 * something else is asked again after a while, and its last set stays. Never rejects.
 */
export async function followSets(discover: Discovery, options: FollowOptions): Promise<void> {
  const { clock, signal, onSet } = options;
  const onProblem = (text: unknown): void => {
    if (signal.aborted) return;
    const problem = typeof text === "string" ? `discovery ${discover.name}: ${text}` : undefined;
    options.onProblem(problem?.slice(0, longestProblem));
  };
  const take = (given: EndpointSet): void => {
    let endpoints: readonly DiscoveredEndpoint[];
    try {
      endpoints = checkEndpoints("endpoints", given?.endpoints);
    } catch (error) {
      onProblem(isRouterError(error) ? error.message : "it yields something that is not a set");
      return;
    }
    onProblem(undefined);
    onSet(endpoints);
  };
  while (!signal.aborted) {
    let iterator: AsyncIterator<EndpointSet> | undefined;
    try {
      iterator = discover.watch({ clock }, { signal, onProblem })[Symbol.asyncIterator]();
      for (;;) {
        const { done, value } = await settleWithin(Promise.resolve(iterator.next()), { signal });
        if (done === true) break;
        take(value);
        await pause(betweenSetsMs, signal);
      }
    } catch (error) {
      onProblem(isRouterError(error) ? error.message : `it threw an error of type ${errorType(error)}`);
    }
    leave(iterator);
    await pause(jittered(againMs), signal);
  }
}

/** Ends a source without a wait for it. */
function leave(iterator: AsyncIterator<EndpointSet> | undefined): void {
  try {
    dropPromises(iterator?.return?.());
  } catch {
    // It is left in any case.
  }
}
