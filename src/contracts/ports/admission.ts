import type { Attempt } from "../decision.ts";
import type { RateLimitInfo } from "../model.ts";
import type { Call, Refusal } from "./call.ts";

/**
 * What stands between a permitted, affordable call and its model: breakers, pauses, rates, calls at once,
 * and the budgets of retries and hedges.
 */
export interface Admission {
  /** Notes a request: retries and hedges are allowed in proportion to requests. */
  noteRequest(): void;
  /** True if the call could be let in `inMs` from now. No side effect. */
  ask(call: Call, inMs: number): true | Refusal;
  /** Milliseconds for which a pause or a rate holds up calls of the model; 0 where none does. No side effect. */
  holdMs(call: Call): number;
  /** Milliseconds after which a stream of the model without content counts as late. Absent: it never does. */
  lateAfterMs(name: string): number | undefined;
  /**
   * Takes what the call needs from the breaker (the half-open trial) and from the budget of retries or
   * hedges, `inMs` before it begins: all of it or nothing.
   */
  enter(call: Call, inMs: number): Pass | Refusal;
}

/**
 * The way of one call through the limits: `headroom`, wait, `queue`, wait, `begin` until it returns 0,
 * then the call. `end` follows whatever happens.
 */
export interface Pass {
  /** Longest wait in the queue, in milliseconds. */
  readonly queueTimeoutMs: number;
  /** Reserves the rates that the call uses. Returns milliseconds to wait first, at most `maxWaitMs`. */
  headroom(maxWaitMs: number): number | Refusal;
  /** True if the call has a place among those under way; false if `onTurn` is called when it gets one. */
  queue(onTurn: () => void): boolean | Refusal;
  /** 0: the call begins now. Otherwise milliseconds after which to ask again: others began late. */
  begin(): number;
  /** Hears what the endpoint says of its limits. Absent: nothing listens. */
  readonly onRateLimit: ((info: RateLimitInfo) => void) | undefined;
  /** Gives everything back and learns from the attempt; without one, the call was not made. Idempotent. */
  end(attempt?: Attempt): void;
}
