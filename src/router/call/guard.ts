import { ProviderError } from "../../contracts/index.ts";
import type { Clock, Timer } from "../../contracts/ports/index.ts";
import { CallAbort } from "../../plugin/call-abort.ts";
import { dropPromises } from "../../plugin/index.ts";
import { onAbort } from "../../plugin/on-abort.ts";
import type { CallContext, RequestScope } from "./context.ts";
import { deadlineError } from "./deadline.ts";

/**
 * Bounds one call by the caller's signal, the request's deadline and a time limit. A model that ignores its
 * signal is abandoned: its late answer or error is dropped.
 */
export interface Guard {
  readonly abort: CallAbort;
  /** Settles like `work`, or rejects with the reason if the call is ended first. */
  race<T>(work: () => Promise<T>): Promise<T>;
  /** True if nothing ends the call now: a part of its answer that is there may be taken without a race. */
  isOpen(): boolean;
  /** Sets a listener for an end that comes between two races, while the consumer of a stream is away. */
  whenAway(listener: (reason: unknown) => void): void;
  /** Allows at most `ms` from now until the next `race` settles; `limit` names the bound in the error. */
  limit(ms: number, limit: string): void;
  /** Removes timer and listeners. With `abort` it ends a call that still runs. Idempotent. */
  release(abort: boolean): void;
}

export function createGuard(
  context: Pick<CallContext, "signal" | "ports" | "scope">,
  modelName: string,
): Guard {
  return new CallGuard(context, modelName);
}

// A class, since every call has one: a closure for each method would cost more than what they do.
class CallGuard implements Guard {
  readonly #clock: Clock;
  readonly #scope: RequestScope;
  readonly #modelName: string;
  readonly abort = new CallAbort();
  #endWatch: (() => void) | undefined;
  #rejectCurrent: ((reason: unknown) => void) | undefined;
  #tellAway: ((reason: unknown) => void) | undefined;
  #timer: Timer | undefined;
  #limitMs = 0;
  #limitName = "";
  #endsAtDeadline = false;

  constructor({ signal, ports, scope }: Pick<CallContext, "signal" | "ports" | "scope">, modelName: string) {
    this.#clock = ports.clock;
    this.#scope = scope;
    this.#modelName = modelName;
    if (signal === undefined || signal === null) return;
    if (signal.aborted) this.abort.abort(signal.reason);
    else this.#endWatch = onAbort(signal, () => this.#end(signal.reason));
  }

  race<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const { abort } = this;
      if (abort.aborted) {
        reject(abort.reason);
        return;
      }
      this.#rejectCurrent = reject;
      // A model of the user's own may answer without a promise.
      Promise.resolve(work()).then(
        (value) => {
          if (this.#rejectCurrent === reject) this.#rejectCurrent = undefined;
          else dropPromises(value);
          resolve(value);
        },
        (error) => {
          if (this.#rejectCurrent === reject) this.#rejectCurrent = undefined;
          // The reason that ended the call, not the error that the model made from it.
          reject(abort.aborted ? abort.reason : error);
        },
      );
    });
  }

  isOpen(): boolean {
    if (this.abort.aborted) return false;
    const { deadline } = this.#scope;
    return deadline === undefined || deadline.at > this.#clock.monotonic();
  }

  whenAway(listener: (reason: unknown) => void): void {
    this.#tellAway = listener;
    // It may have ended between the last race and this.
    if (this.abort.aborted) listener(this.abort.reason);
  }

  limit(ms: number, name: string): void {
    const { deadline } = this.#scope;
    const left = deadline === undefined ? Number.POSITIVE_INFINITY : deadline.at - this.#clock.monotonic();
    if (left <= 0) {
      // Not by a timer: chunks that come faster than timers fire would postpone it without end.
      this.#end(deadlineError(this.#scope));
      return;
    }
    const atDeadline = left <= ms;
    if (this.#timer !== undefined && !atDeadline && !this.#endsAtDeadline && this.#limitMs === ms) {
      this.#limitName = name;
      this.#timer.restart();
      return;
    }
    this.#timer?.cancel();
    this.#endsAtDeadline = atDeadline;
    this.#limitMs = ms;
    this.#limitName = name;
    this.#timer = this.#clock.after(Math.min(left, ms), () => this.#onTimer());
  }

  release(abort: boolean): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#endWatch?.();
    this.#tellAway = undefined;
    if (abort) this.#end(new DOMException("the call is over", "AbortError"));
    this.#rejectCurrent = undefined;
  }

  #onTimer(): void {
    this.#timer = undefined;
    const { deadline } = this.#scope;
    if (this.#endsAtDeadline) {
      this.#scope.isLate = true;
      this.#end(deadlineError(this.#scope));
    } else if (this.#rejectCurrent !== undefined) {
      const summary = `${this.#limitName} of ${this.#limitMs} ms`;
      this.#end(new ProviderError({ kind: "timeout", model: this.#modelName, summary }));
    } else if (deadline !== undefined) {
      // The consumer is away: a slow consumer is not a slow model. But the deadline holds.
      this.#endsAtDeadline = true;
      this.#timer = this.#clock.after(deadline.at - this.#clock.monotonic(), () => this.#onTimer());
    }
  }

  #end(reason: unknown): void {
    this.abort.abort(reason);
    if (this.#rejectCurrent === undefined) this.#tellAway?.(reason);
    else this.#rejectCurrent(reason);
    this.#rejectCurrent = undefined;
  }
}
