import { settleWithin } from "./settle-within.ts";

export interface TimeLimit {
  /** Time limit in milliseconds, at most 2^31 - 1. */
  readonly timeoutMs: number;
  /** Reason of the work's signal when the time is up. */
  readonly reason: () => unknown;
  /** Signal of the caller, which ends the work earlier. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Does work within a time limit. Rejects with the reason as soon as the time is up or the caller's signal
 * fires, even if the work ignores its own signal. Leaves no timer and no listener.
 */
export async function withTimeLimit<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { timeoutMs, reason, signal: caller }: TimeLimit,
): Promise<T> {
  if (caller?.aborted) throw caller.reason;
  const controller = new AbortController();
  const { signal } = controller;
  const stop = (cause: unknown): unknown => {
    controller.abort(cause);
    return signal.reason;
  };
  return settleWithin(work(signal), {
    signal: caller,
    abortError: () => stop(caller?.reason),
    ms: timeoutMs,
    timeError: () => stop(reason()),
  });
}
