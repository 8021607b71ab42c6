import type { Completion, RouteOptions, RouteRequest, RouteResult } from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { deepFreeze } from "../../plugin/deep-freeze.ts";
import { dropPromises } from "../../plugin/index.ts";
import { nodeCrypto } from "../../plugin/node-crypto.ts";
import { onAbort } from "../../plugin/on-abort.ts";
import { settleWithin } from "../../plugin/settle-within.ts";

import { checkPlain } from "../request/index.ts";
import { isSignal, signalOf } from "./check-signal.ts";

type Route<Id extends string> = (
  request: RouteRequest<Id>,
  options?: RouteOptions,
) => Promise<RouteResult<Id>>;

/** A request under way, and the callers that wait for it. */
interface Flight<Id extends string> {
  readonly result: Promise<RouteResult<Id>>;
  readonly controller: AbortController;
  waiting: number;
  /** Copy of the answer, taken before the first caller can change it. Absent unless several callers wait. */
  answer: Completion | undefined;
  /** True if a caller has received the attempts and their cost. */
  billed: boolean;
}

/** Largest number of requests under way that can be joined. Others are sent on their own. */
const maxFlights = 10_000;

/**
 * Sends equal requests that are under way at the same time once. A caller that joins gets a copy of the
 * answer, under the first one's decision and deadline, and is billed nothing. An abort ends the request only
 * if no other caller waits for it. `when` selects the requests: all for which it returns `true`. Requests under
 * way of another `revision` of the router are not joined: other constraints may hold.
 */
export function coalesce<Id extends string>(
  route: Route<Id>,
  when: (request: RouteRequest<Id>) => boolean,
  clock: Clock,
  onCoalesced: (result: RouteResult<Id>) => void,
  revision: () => number,
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
      ({ completion, decision }) => {
        forget(key, flight);
        if (flight.waiting > 1) flight.answer = cloneOf(completion);
        deepFreeze(decision);
      },
      () => forget(key, flight),
    );
    return flight;
  };

  return async (request, options) => {
    const signal = signalOf(options);
    // Otherwise `route` reports what is wrong with the signal.
    const isLive = signal === undefined || (isSignal(signal) && !signal.aborted);
    const own = isLive && selects(when, request) ? keyOf(request, options) : undefined;
    const key = own && `${revision()} ${own}`;
    const joined = key === undefined ? undefined : flights.get(key);
    const isFull = joined === undefined && flights.size >= maxFlights;
    // `when`, or a getter of the request, may have aborted: `route` reports it.
    if (key === undefined || signal?.aborted || isFull) {
      return route(request, options);
    }
    const startedAt = clock.monotonic();
    const flight = joined ?? start(key, request);
    flight.waiting += 1;
    let isWaiting = true;
    const leave = () => {
      if (!isWaiting) return;
      isWaiting = false;
      flight.waiting -= 1;
      if (flight.waiting === 0 && signal?.aborted) {
        forget(key, flight);
        flight.controller.abort(signal.reason);
      }
    };
    // At once, and not when the caller's promise has rejected: another call could begin in between.
    let endWatch: (() => void) | undefined;
    if (signal?.aborted) leave();
    else if (signal !== undefined) endWatch = onAbort(signal, leave);
    try {
      const result = await (signal === undefined ? flight.result : settleWithin(flight.result, { signal }));
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
      endWatch?.();
      leave();
    }
  };
}

/** A request is sent on its own where the function throws or returns anything but `true`, a promise for instance. */
function selects<Id extends string>(
  when: (request: RouteRequest<Id>) => boolean,
  request: RouteRequest<Id>,
): boolean {
  try {
    const selected: unknown = when(request);
    if (selected === true) return true;
    dropPromises(selected);
  } catch {
    // Its failure does not concern the request.
  }
  return false;
}

/**
 * Returns a key that only equal requests share. Undefined if a request cannot be compared: its constraints
 * are functions, and a session changes with each answer.
 */
function keyOf<Id extends string>(
  request: RouteRequest<Id>,
  options: RouteOptions | undefined,
): string | undefined {
  try {
    // Two that are the same to us may differ in what their senders wrote.
    if (options?.native !== undefined) return undefined;
    if (typeof request === "object" && request !== null) {
      const { session, constraints } = request;
      // A schema is code: what it accepts cannot be compared.
      if ((request as { readonly output?: unknown }).output !== undefined) return undefined;
      const isFree = constraints === undefined || (Array.isArray(constraints) && constraints.length === 0);
      if (session !== undefined || !isFree) return undefined;
    }
    checkPlain(request);
    return nodeCrypto().createHash("sha256").update(JSON.stringify(request)).digest("base64");
  } catch {
    // Not JSON: `route` reports what is wrong with it.
    return undefined;
  }
}

/** Clones an answer. One that cannot be cloned, which a user's own model may return, is shared. */
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
