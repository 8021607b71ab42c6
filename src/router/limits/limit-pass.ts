import type { Attempt, RateLimitInfo } from "../../contracts/index.ts";
import type { Bulkheads, QueuePlace } from "./bulkheads.ts";
import type { CallRates } from "./call-rates.ts";
import type { EndpointBounds } from "./limit-options.ts";
import {
  beginReserved,
  cancelReserved,
  correctReserved,
  type Reservation,
  reservedBeginsInMs,
} from "./reservations.ts";
import type { Use } from "./stated-limits.ts";

/** Reservation of one call: wait `waitMs`, then call `queue`, then `begin`. Call `end` whatever happens. */
export interface LimitPass {
  readonly waitMs: number;
  readonly queueTimeoutMs: number;
  /**
   * Takes a place among the calls under way. `true`: it has one. `false`: it waits, and `onTurn` is
   * called when it has one. A text is the reason why it will not have one. With `joinsFull`, it
   * waits in a full queue, too.
   */
  queue(onTurn: () => void, joinsFull?: boolean): boolean | string;
  /** Begins the call and returns 0, or returns milliseconds after which to ask again: others began late. */
  begin(): number;
  /** Receives the rate-limit headers of the call's response. */
  readonly onRateLimit: (info: RateLimitInfo) => void;
  /** Gives the place back and learns from the call. Frees the reservation if it never began. Idempotent. */
  end(attempt?: Pick<Attempt, "usage" | "costEstimated" | "error">): void;
}

export interface LimitPassParts {
  /** Name of the model. */
  readonly name: string;
  readonly bounds: EndpointBounds;
  /** Estimated tokens of the call. */
  readonly tokens: number;
  readonly reservations: readonly Reservation[];
  readonly waitMs: number;
  readonly bulkheads: Bulkheads;
  readonly rates: CallRates;
  /** Returns milliseconds on the monotonic clock. */
  readonly clock: () => number;
}

/** Stage that a call has reached. */
type Stage =
  | { readonly at: "reserved" }
  | { readonly at: "queued"; readonly place: QueuePlace }
  /** It has a place among the calls under way. */
  | { readonly at: "placed" }
  | { readonly at: "begun"; readonly begunAt: number; readonly hasPlace: boolean }
  | { readonly at: "over" };

const placed: Stage = { at: "placed" };
const over: Stage = { at: "over" };

export function createLimitPass(parts: LimitPassParts): LimitPass {
  const { name, bounds, tokens, reservations, waitMs, bulkheads, rates, clock } = parts;
  const { maxConcurrent, maxQueued, queueTimeoutMs } = bounds;
  let stage: Stage = { at: "reserved" };
  let saidBy: Use | undefined;
  let isHeard = false;

  const hear = () => {
    if (saidBy === undefined || isHeard) return;
    isHeard = true;
    rates.heard(name, tokens);
  };

  return {
    waitMs,
    queueTimeoutMs,

    queue(onTurn, joinsFull = false) {
      if (maxConcurrent === undefined) return true;
      const mostQueued = joinsFull ? Number.POSITIVE_INFINITY : maxQueued;
      const place = bulkheads.enter(name, { maxConcurrent, maxQueued: mostQueued }, () => {
        stage = placed;
        onTurn();
      });
      if (place === false)
        return `its maxConcurrent of ${maxConcurrent} is reached, and so is its maxQueued of ${maxQueued}`;
      stage = place === true ? placed : { at: "queued", place };
      return place === true;
    },

    begin() {
      if (stage.at === "begun" || stage.at === "over") return 0;
      const now = clock();
      const leftMs = reservedBeginsInMs(reservations, now);
      if (leftMs > 0) return leftMs;
      stage = { at: "begun", begunAt: now, hasPlace: stage.at === "placed" };
      beginReserved(reservations);
      saidBy = rates.begun(name, tokens, now);
      return 0;
    },

    onRateLimit(info) {
      hear();
      rates.onRateLimit(name, info, clock(), saidBy);
    },

    end(attempt = {}) {
      const ended = stage;
      stage = over;
      hear();
      switch (ended.at) {
        case "over":
          return;
        case "begun":
          if (ended.hasPlace) bulkheads.leave(name);
          return learn(attempt, ended.begunAt);
        case "queued":
          ended.place.leave();
          break;
        case "placed":
          bulkheads.leave(name);
      }
      cancelReserved(reservations);
    },
  };

  function learn(attempt: Pick<Attempt, "usage" | "costEstimated" | "error">, begunAt: number): void {
    const { usage, costEstimated, error } = attempt;
    if (usage !== undefined && !costEstimated)
      correctReserved(reservations, usage.inputTokens + usage.outputTokens);
    // A quota that is used up (`retryable` false) does not come back by calling less.
    const isLimited = error?.kind === "rate-limit" && error.retryable !== false;
    rates.ended({ name, begunAt, isLimited }, clock());
  }
}
