import { ProviderError } from "../contracts/index.ts";
import type { Timer } from "../contracts/ports/index.ts";
import { dropPromises } from "../plugin/index.ts";
import { onAbort } from "../plugin/on-abort.ts";
import type { CallContext } from "./context.ts";
import { deadlineError } from "./deadline.ts";

/**
 * Bounds one call by the caller's signal, the request's deadline and a time limit. A model that ignores its
 * signal is abandoned: its late answer or error is dropped.
 */
export interface Guard {
  readonly signal: AbortSignal;
  /** Settles like `work`, or rejects with the reason if the call is ended first. */
  race<T>(work: () => Promise<T>): Promise<T>;
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
  const controller = new AbortController();
  const { signal: caller, ports, scope } = context;
  const { clock } = ports;
  const { deadline } = scope;
  let rejectCurrent: ((reason: unknown) => void) | undefined;
  let tellAway: ((reason: unknown) => void) | undefined;
  let timer: Timer | undefined;
  let limitMs = 0;
  let limitName = "";
  let endsAtDeadline = false;

  const end = (reason: unknown) => {
    if (!controller.signal.aborted) controller.abort(reason);
    if (rejectCurrent === undefined) tellAway?.(reason);
    else rejectCurrent(reason);
    rejectCurrent = undefined;
  };
  const onTimer = () => {
    timer = undefined;
    if (endsAtDeadline) end(deadlineError(scope));
    else if (rejectCurrent !== undefined)
      end(new ProviderError({ kind: "timeout", model: modelName, summary: `${limitName} of ${limitMs} ms` }));
    else if (deadline !== undefined) {
      // The consumer is away: a slow consumer is not a slow model. But the deadline holds.
      endsAtDeadline = true;
      timer = clock.after(deadline.at - clock.monotonic(), onTimer);
    }
  };
  if (caller?.aborted) controller.abort(caller.reason);
  const endWatch = caller && !caller.aborted ? onAbort(caller, () => end(caller.reason)) : undefined;

  return {
    signal: controller.signal,
    race(work) {
      return new Promise((resolve, reject) => {
        if (controller.signal.aborted) {
          reject(controller.signal.reason);
          return;
        }
        rejectCurrent = reject;
        // A model of the user's own may answer without a promise.
        Promise.resolve(work()).then(
          (value) => {
            if (rejectCurrent === reject) rejectCurrent = undefined;
            else dropPromises(value);
            resolve(value);
          },
          (error) => {
            if (rejectCurrent === reject) rejectCurrent = undefined;
            // The reason that ended the call, not the error that the model made from it.
            reject(controller.signal.aborted ? controller.signal.reason : error);
          },
        );
      });
    },
    whenAway(listener) {
      tellAway = listener;
      // It may have ended between the last race and this.
      if (controller.signal.aborted) listener(controller.signal.reason);
    },
    limit(ms, name) {
      const left = deadline === undefined ? Number.POSITIVE_INFINITY : deadline.at - clock.monotonic();
      if (left <= 0) {
        // Not by a timer: chunks that come faster than timers fire would postpone it without end.
        end(deadlineError(scope));
        return;
      }
      const atDeadline = left <= ms;
      if (timer !== undefined && !atDeadline && !endsAtDeadline && limitMs === ms) {
        limitName = name;
        timer.restart();
        return;
      }
      timer?.cancel();
      endsAtDeadline = atDeadline;
      limitMs = ms;
      limitName = name;
      timer = clock.after(Math.min(left, ms), onTimer);
    },
    release(abort) {
      timer?.cancel();
      timer = undefined;
      endWatch?.();
      tellAway = undefined;
      if (abort) end(new DOMException("the call is over", "AbortError"));
      rejectCurrent = undefined;
    },
  };
}
