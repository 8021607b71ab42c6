import type { Aborting } from "../../../plugin/call-abort.ts";
import { onAbort } from "../../../plugin/on-abort.ts";

/** An abort signal that belongs to one call. */
export interface CallSignal {
  readonly signal: AbortSignal;
  /**
   * Ends the call: removes the listener from the caller's signal and aborts what may still be running.
   * `whole`: the answer was read to its end, so nothing is running; an abort would cost a tenth of the
   * call.
   */
  end(whole?: boolean): void;
}

/**
 * Creates a signal that fires with the caller's signal and at the end of the call, so that no connection
 * outlives the call.
 */
export function callSignal(caller: Aborting): CallSignal {
  const controller = new AbortController();
  const abort = () => controller.abort(caller.reason);
  if (caller.aborted) abort();
  const endWatch = caller.aborted ? undefined : onAbort(caller, abort);
  return {
    signal: controller.signal,
    end: (whole = false) => {
      endWatch?.();
      if (!whole) controller.abort();
    },
  };
}
