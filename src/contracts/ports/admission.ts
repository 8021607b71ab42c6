import type { RoleRule } from "../capabilities.ts";
import type { Attempt } from "../decision.ts";
import type { RateLimitInfo } from "../model.ts";
import type { Call, Refusal } from "./call.ts";

/**
 * Decides if a permitted, affordable call may start now: by breakers, pauses, rates, calls at once, and the
 * budgets of retries and hedges.
 */
export interface Admission {
  /** Counts a request: retries and hedges are allowed in proportion to requests. */
  noteRequest(): void;
  /** Returns true if the call could start `inMs` from now, else the refusal. No side effect. */
  ask(call: Call, inMs: number): true | Refusal;
  /**
   * Returns the milliseconds that a pause or a rate delays calls of the model; 0 if none does. No side
   * effect.
   */
  holdMs(call: Call): number;
  /** Returns the milliseconds after which a stream of the model without content is late; undefined: never. */
  lateAfterMs(name: string): number | undefined;
  /**
   * Takes what the call needs from the breaker (the half-open trial) and from the budget of retries or
   * hedges, `inMs` before it starts: all of it or nothing.
   */
  enter(call: Call, inMs: number): Pass | Refusal;
}

/**
 * Way of one call through the limits: `reserveShared`, wait, `headroom`, wait, `queue`, wait, `begin` until it returns 0, then the
 * call. `end` follows in any case.
 */
export interface Pass {
  /** Longest wait in the queue, in milliseconds. */
  readonly queueTimeoutMs: number;
  /**
   * Reserves the rates that processes share, before `headroom`: at once, or by a promise where a store has to be asked.
   * After a refusal it may be called again. Never rejects.
   */
  reserveShared(): true | Refusal | Promise<true | Refusal>;
  /**
   * Reserves the rates that the call uses. Returns the milliseconds to wait first, for a rate or for a pause
   * that the provider has asked for: at most `maxWaitMs`.
   */
  headroom(maxWaitMs: number): number | Refusal;
  /**
   * Returns true if the call has a place among those under way; if false, `onTurn` is called when it has one.
   */
  queue(onTurn: () => void): boolean | Refusal;
  /**
   * Returns 0 if the call starts now, else the milliseconds after which to ask again: others started late, or
   * the provider has asked for a pause meanwhile.
   */
  begin(): number;
  /** Returns the refusal while the provider's pause lasts. */
  paused(): Refusal | undefined;
  /** Called with the rate limits that the endpoint reports. Absent if they are not used. */
  readonly onRateLimit: ((info: RateLimitInfo) => void) | undefined;
  /** See `CallOptions.roles`. */
  readonly roles?: RoleRule | undefined;
  /** Gives everything back and learns from the attempt. Without one, the call was not made. Idempotent. */
  end(attempt?: Attempt): void;
}
