import { onAbort } from "../../../plugin/on-abort.ts";

/** Resolves after `ms`, or at once when the signal fires. Keeps no process alive, and leaves no timer and no listener. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, ms);
    // Outside Node a timer is a number.
    (timer as { unref?: () => void }).unref?.();
    const stop = onAbort(signal, end);
  });
}

/** A time that varies by a quarter, so that the processes of a fleet do not ask at the same moment. */
export function jittered(ms: number): number {
  return ms * (0.75 + Math.random() / 2);
}
