/** A signal of one call's own. */
export interface CallSignal {
  readonly signal: AbortSignal;
  /**
   * Ends the call: lets the caller's signal go, and aborts what may still be under way. `whole`: the
   * answer was read to its end, so nothing is; an abort would cost a tenth of the call.
   */
  end(whole?: boolean): void;
}

/** Fires with the caller's signal and at the call's end, so that no connection outlives the call. */
export function callSignal(caller: AbortSignal): CallSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(caller.reason);
  if (caller.aborted) abort();
  else caller.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    end: (whole = false) => {
      caller.removeEventListener("abort", abort);
      if (!whole) controller.abort();
    },
  };
}

/** The promise, or the signal's reason where that comes first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
