import type { Clock } from "../contracts/ports/index.ts";
import type { Aborting } from "./call-abort.ts";
import { ignore } from "./ignore.ts";
import { onAbort as listenTo } from "./on-abort.ts";

/** Signal and time that end a wait. One that is absent does not. */
export interface Watched {
  readonly signal?: Aborting | undefined;
  readonly onAbort?: ((reason: unknown) => void) | undefined;
  /** Milliseconds; Infinity means never. */
  readonly ms?: number | undefined;
  readonly onTime?: (() => void) | undefined;
}

/**
 * Calls `onAbort` or `onTime`, whichever is due first, and only that one. Returns a function that ends the
 * watch. In either case no timer and no listener is left. A signal that has fired already counts at once.
 */
export function watch(clock: Pick<Clock, "after">, { signal, onAbort, ms, onTime }: Watched): () => void {
  if (signal?.aborted) {
    onAbort?.(signal.reason);
    return ignore;
  }
  const aborted = () => {
    end();
    onAbort?.(signal?.reason);
  };
  const stop = signal && listenTo(signal, aborted);
  const timer =
    ms === undefined || ms === Number.POSITIVE_INFINITY
      ? undefined
      : clock.after(ms, () => {
          end();
          onTime?.();
        });
  const end = () => {
    timer?.cancel();
    stop?.();
  };
  return end;
}
