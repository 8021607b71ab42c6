import type { Labels } from "../../../contracts/index.ts";
import type { Clock } from "../../../contracts/ports/index.ts";

export interface DiscoveredEndpoint {
  /** Address of an endpoint, as its provider takes it. */
  readonly url: string;
  /** `draining`: it ends the calls that it has and gets no new ones. */
  readonly state: "ready" | "draining";
  readonly labels?: Labels | undefined;
}

/** All endpoints that there are: whole sets, not differences, so that one which is missed is repaired by the next. */
export interface EndpointSet {
  readonly endpoints: readonly DiscoveredEndpoint[];
  /** Name of the source, for people. */
  readonly source: string;
}

export interface DiscoveryRuntime {
  readonly clock: Clock;
}

export interface WatchOptions {
  /** Ends the iterable. */
  readonly signal: AbortSignal;
  /** Called with what is wrong, in our words; undefined once it is right again. The last set stays meanwhile. */
  readonly onProblem?: ((problem: string | undefined) => void) | undefined;
}

/** A source of endpoints. */
export interface Discovery {
  readonly name: string;
  /**
   * Yields a set at the start, if one is available, and one for each change. Ends when the signal fires, and does not throw:
   * what fails is told to `onProblem`, and tried again.
   */
  watch(runtime: DiscoveryRuntime, options: WatchOptions): AsyncIterable<EndpointSet>;
}
