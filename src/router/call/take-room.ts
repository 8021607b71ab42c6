import type { Pass, Refusal } from "../../contracts/ports/index.ts";
import { ignore } from "../../plugin/ignore.ts";
import { settleWithin } from "../../plugin/settle-within.ts";
import { wait } from "../../plugin/wait.ts";
import type { CallContext } from "./context.ts";
import { deadlineError, leftMs } from "./deadline.ts";

/** Result of taking room: whether the call had to wait, or the refusal. */
export type Room = { readonly waited: boolean } | Refusal;

/**
 * Takes room for a call within the limits. A call with patience waits that many milliseconds for a rate or a pause: up to
 * `retryAfterCapMs` if no other model is left. Synchronous if there is no wait. Rejects if the request ends during a wait. The
 * caller ends the pass.
 */
export function takeRoom(context: CallContext, pass: Pass, patienceMs: number): Room | Promise<Room> {
  const shared = pass.reserveShared();
  return shared === true
    ? takeOwnRoom(context, pass, patienceMs)
    : takeShared(context, pass, patienceMs, shared);
}

/** Takes room within the rates of all processes first, for which a store may have to be asked. */
async function takeShared(
  context: CallContext,
  pass: Pass,
  patienceMs: number,
  asked: Refusal | Promise<true | Refusal>,
): Promise<Room> {
  const { signal, ports } = context;
  let waitedMs = 0;
  for (let answer = await asked; answer !== true; answer = await pass.reserveShared()) {
    if (signal?.aborted) throw signal.reason;
    const { waitMs } = answer;
    if (waitMs === undefined || waitedMs + waitMs > patienceMs || waitMs >= leftMs(context)) return answer;
    // At least a millisecond, so that a store that errs about the time is not asked in a loop.
    const ms = Math.max(1, waitMs);
    waitedMs += ms;
    await wait(ms, signal, ports.clock);
  }
  if (signal?.aborted) throw signal.reason;
  const room = await takeOwnRoom(context, pass, patienceMs);
  return "by" in room ? room : later;
}

function takeOwnRoom(context: CallContext, pass: Pass, patienceMs: number): Room | Promise<Room> {
  const longestMs = Math.max(0, Math.min(patienceMs, leftMs(context) - 1));
  const waitMs = pass.headroom(longestMs);
  if (typeof waitMs !== "number") return waitMs;
  if (waitMs > 0) return takeInTurn(context, pass, patienceMs, waitMs, undefined);
  const place = placeIn(pass);
  if (place !== undefined) return "by" in place ? place : takeInTurn(context, pass, patienceMs, 0, place);
  const lateMs = pass.begin();
  return lateMs > 0 ? beginLate(context, pass, patienceMs, lateMs) : atOnce;
}

/** Takes room for a call only if there is no wait. */
export function takeRoomNow(pass: Pass): true | Refusal {
  const shared = pass.reserveShared();
  // What the store grants too late goes back with the pass.
  if (shared instanceof Promise)
    return { by: "rate", reason: "the store has to be asked for its rate first" };
  if (shared !== true) return shared;
  const waitMs = pass.headroom(0);
  if (typeof waitMs !== "number") return waitMs;
  const place = waitMs > 0 ? false : pass.queue(ignore);
  if (typeof place === "object") return place;
  return place && pass.begin() === 0 ? true : { by: "queue", reason: "it has no room right now" };
}

const atOnce: Room = { waited: false };
const later: Room = { waited: true };

async function takeInTurn(
  context: CallContext,
  pass: Pass,
  patienceMs: number,
  waitMs: number,
  queued: Promise<void> | undefined,
): Promise<Room> {
  const { signal, ports } = context;
  if (waitMs > 0) await wait(waitMs, signal, ports.clock);
  const place = queued ?? placeIn(pass);
  if (place !== undefined && "by" in place) return place;
  if (place !== undefined) {
    const refusal = await turn(context, pass, place);
    if (refusal !== undefined) return refusal;
  }
  if (signal?.aborted) throw signal.reason;
  const lateMs = pass.begin();
  return lateMs > 0 ? beginLate(context, pass, patienceMs, lateMs) : later;
}

/**
 * Takes a place among the calls under way, or joins the queue. Returns undefined if the call has its place.
 */
function placeIn(pass: Pass): Promise<void> | Refusal | undefined {
  let onTurn: () => void = ignore;
  const place = pass.queue(() => onTurn());
  if (typeof place === "object") return place;
  if (place) return undefined;
  return new Promise<void>((resolve) => {
    onTurn = resolve;
  });
}

/**
 * Waits for a place among the calls under way. Returns the refusal if there is none in time; rejects at the
 * deadline.
 */
async function turn(
  context: CallContext,
  { queueTimeoutMs }: Pass,
  place: Promise<void>,
): Promise<Refusal | undefined> {
  const left = Math.max(0, leftMs(context));
  const reason = `no place came free within queueTimeoutMs of ${queueTimeoutMs} ms`;
  const timedOut: Refusal = { by: "queue", reason };
  const { signal, ports, scope } = context;
  try {
    await settleWithin(place, {
      clock: ports.clock,
      signal,
      ms: Math.min(left, queueTimeoutMs),
      timeError: () => (left <= queueTimeoutMs ? deadlineError(scope) : timedOut),
    });
    return undefined;
  } catch (error) {
    if (error === timedOut) return timedOut;
    throw error;
  }
}

/**
 * Waits, within limits, for a rate that was used up by calls that began late, or for a pause that began
 * meanwhile: only a call with patience waits for that. The call has its place.
 */
async function beginLate(
  context: CallContext,
  pass: Pass,
  patienceMs: number,
  firstMs: number,
): Promise<Room> {
  const { signal, ports } = context;
  const { retryAfterCapMs } = ports.options;
  let waitedMs = 0;
  for (let ms = firstMs; ms > 0; ms = pass.begin()) {
    waitedMs += ms;
    const paused = pass.paused();
    const isImpatient = paused !== undefined && waitedMs > patienceMs;
    if (isImpatient || waitedMs > retryAfterCapMs || ms >= leftMs(context)) return paused ?? usedUp(ms);
    await wait(ms, signal, ports.clock);
  }
  return later;
}

function usedUp(waitMs: number): Refusal {
  return { by: "rate", reason: `its rate limit is reached; there is room again in ${waitMs} ms`, waitMs };
}
