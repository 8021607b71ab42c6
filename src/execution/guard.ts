import { DeadlineExceededError, ProviderError } from "../contracts/index.ts";
import { longestTimerMs } from "../plugin/longest-timer.ts";
import type { ExecutionContext } from "./context.ts";

/**
 * Bounds one call: by the caller's signal, the request's deadline and a limit of its own. A model
 * that ignores its signal is left behind; its late answer or error is dropped.
 */
export interface Guard {
  readonly signal: AbortSignal;
  /** Settles as `work` does, or rejects with the reason of whatever ends the call before. */
  race<T>(work: () => Promise<T>): Promise<T>;
  /** Tells of an end that comes while nobody races: the consumer of a stream is away. */
  whenAway(listener: (reason: unknown) => void): void;
  /** From now on: at most `ms` until the next `race` settles, with `limit` as its name. */
  limit(ms: number, limit: string): void;
  /** Leaves no timer and no listener; with `abort`, ends a call that still runs. Idempotent. */
  release(abort: boolean): void;
}

/** What bounds a call: `ExecutionContext` has it. */
export type Bounds = Pick<ExecutionContext, "signal" | "clock" | "deadlineAt" | "deadlineMs" | "attempts">;

export function createGuard(context: Bounds, modelName: string): Guard {
  const controller = new AbortController();
  const { signal: caller, clock, deadlineAt, deadlineMs } = context;
  let rejectCurrent: ((reason: unknown) => void) | undefined;
  let tellAway: ((reason: unknown) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let limitMs = 0;
  let limitName = "";
  let endsAtDeadline = false;

  const end = (reason: unknown) => {
    if (!controller.signal.aborted) controller.abort(reason);
    if (rejectCurrent === undefined) tellAway?.(reason);
    else rejectCurrent(reason);
    rejectCurrent = undefined;
  };
  const onCallerAbort = () => end(caller?.reason);
  const onTimer = () => {
    timer = undefined;
    if (endsAtDeadline) {
      end(new DeadlineExceededError(deadlineMs ?? 0, context.attempts));
    } else if (rejectCurrent !== undefined) {
      end(new ProviderError({ kind: "timeout", model: modelName, summary: `${limitName} of ${limitMs} ms` }));
    } else if (deadlineAt !== undefined) {
      // Nobody waits: a slow consumer is not a slow model. But the deadline holds.
      endsAtDeadline = true;
      timer = setTimeout(onTimer, Math.min(longestTimerMs, Math.max(0, deadlineAt - clock())));
    }
  };
  if (caller?.aborted) controller.abort(caller.reason);
  else caller?.addEventListener("abort", onCallerAbort, { once: true });

  return {
    signal: controller.signal,
    race(work) {
      return new Promise((resolve, reject) => {
        if (controller.signal.aborted) {
          reject(controller.signal.reason);
          return;
        }
        rejectCurrent = reject;
        work().then(
          (value) => {
            if (rejectCurrent === reject) rejectCurrent = undefined;
            resolve(value);
          },
          (error) => {
            if (rejectCurrent === reject) rejectCurrent = undefined;
            // What ended the call, not what the model made of it.
            reject(controller.signal.aborted ? controller.signal.reason : error);
          },
        );
      });
    },
    whenAway(listener) {
      tellAway = listener;
    },
    limit(ms, name) {
      const left = deadlineAt === undefined ? Number.POSITIVE_INFINITY : deadlineAt - clock();
      if (left <= 0) {
        // Not by a timer: chunks that come faster than timers fire would put it off for ever.
        end(new DeadlineExceededError(deadlineMs ?? 0, context.attempts));
        return;
      }
      const atDeadline = left <= ms;
      if (timer !== undefined && !atDeadline && !endsAtDeadline && limitMs === ms) {
        limitName = name;
        timer.refresh();
        return;
      }
      clearTimeout(timer);
      endsAtDeadline = atDeadline;
      limitMs = ms;
      limitName = name;
      timer = setTimeout(onTimer, Math.min(left, ms));
    },
    release(abort) {
      clearTimeout(timer);
      timer = undefined;
      caller?.removeEventListener("abort", onCallerAbort);
      tellAway = undefined;
      if (abort) end(new DOMException("the call is over", "AbortError"));
      rejectCurrent = undefined;
    },
  };
}
