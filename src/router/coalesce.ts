import type { Completion, RouteOptions, RouteRequest, RouteResult } from "../contracts/index.ts";
import type { Clock } from "../contracts/ports/index.ts";
import { nodeCrypto } from "../plugin/node-crypto.ts";
import { unlessAborted } from "../plugin/unless-aborted.ts";

type Route<Id extends string> = (
  request: RouteRequest<Id>,
  options?: RouteOptions,
) => Promise<RouteResult<Id>>;

/** A request under way, and those who wait for it. */
interface Flight<Id extends string> {
  readonly result: Promise<RouteResult<Id>>;
  readonly controller: AbortController;
  waiting: number;
  /** The answer as it came, before the first who gets it can change it. Where several wait. */
  answer: Completion | undefined;
  /** Whether somebody has been given its attempts and their cost. */
  billed: boolean;
}

/** Requests under way that can be joined; the others are simply sent. */
const maxFlights = 10_000;

/**
 * Sends a request that is under way already once: whoever joins gets a copy of its answer, under its
 * decision and until its deadline, and is billed nothing. An abort ends the request only when nobody
 * waits for it any more. `when` says which requests are sent so.
 */
export function coalesce<Id extends string>(
  route: Route<Id>,
  when: (request: RouteRequest<Id>) => boolean,
  clock: Clock,
  onCoalesced: (result: RouteResult<Id>) => void,
): Route<Id> {
  const flights = new Map<string, Flight<Id>>();

  const forget = (key: string, flight: Flight<Id>) => {
    if (flights.get(key) === flight) flights.delete(key);
  };

  const start = (key: string, request: RouteRequest<Id>): Flight<Id> => {
    const controller = new AbortController();
    const result = route(request, { signal: controller.signal });
    const flight: Flight<Id> = { result, controller, waiting: 0, answer: undefined, billed: false };
    flights.set(key, flight);
    result.then(
      ({ completion }) => {
        forget(key, flight);
        if (flight.waiting > 1) flight.answer = cloneOf(completion);
      },
      () => forget(key, flight),
    );
    return flight;
  };

  return async (request, options) => {
    const signal = options?.signal;
    // Otherwise routing says what is wrong with the signal.
    const isLive = signal === undefined || signal.aborted === false;
    const key = isLive && when(request) ? keyOf(request) : undefined;
    const joined = key === undefined ? undefined : flights.get(key);
    if (key === undefined || (joined === undefined && flights.size >= maxFlights)) {
      return route(request, options);
    }
    const startedAt = clock.monotonic();
    const flight = joined ?? start(key, request);
    flight.waiting += 1;
    try {
      const result = await (signal === undefined ? flight.result : unlessAborted(flight.result, signal));
      if (!flight.billed) {
        flight.billed = true;
        return result;
      }
      const copy = copyOf(
        result,
        flight.answer ?? result.completion,
        Math.max(0, clock.monotonic() - startedAt),
      );
      onCoalesced(copy);
      return copy;
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0 && signal?.aborted) {
        forget(key, flight);
        flight.controller.abort(signal.reason);
      }
    }
  };
}

/**
 * Equal for equal requests alone; undefined where a request cannot be compared: its constraints are
 * functions, and a session changes with each answer.
 */
function keyOf<Id extends string>(request: RouteRequest<Id>): string | undefined {
  if (typeof request === "object" && request !== null) {
    const { session, constraints } = request;
    const isFree = constraints === undefined || (Array.isArray(constraints) && constraints.length === 0);
    if (session !== undefined || !isFree) return undefined;
  }
  try {
    return nodeCrypto().createHash("sha256").update(JSON.stringify(request)).digest("base64");
  } catch {
    // Not JSON: routing says what is wrong with it.
    return undefined;
  }
}

/** A user's own model may answer with what cannot be cloned: it is then shared. */
function cloneOf(completion: Completion): Completion {
  try {
    return structuredClone(completion);
  } catch {
    return completion;
  }
}

function copyOf<Id extends string>(
  result: RouteResult<Id>,
  answer: Completion,
  latencyMs: number,
): RouteResult<Id> {
  return {
    ...result,
    completion: cloneOf(answer),
    attempts: [],
    usage: { inputTokens: 0, outputTokens: 0 },
    costUsd: 0,
    latencyMs,
    coalesced: true,
  };
}
