import type { Clock } from "../contracts/ports/index.ts";
import { systemClock } from "./clock.ts";
import { watch } from "./watch.ts";

/** Resolves after `ms`, or rejects at once with the signal's reason. Leaves no timer and no listener. */
export function wait(
  ms: number,
  signal: AbortSignal | undefined,
  clock: Pick<Clock, "after"> = systemClock,
): Promise<void> {
  if (signal?.aborted) return Promise.reject(signal.reason);
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    watch(clock, { signal, onAbort: reject, ms, onTime: resolve });
  });
}
