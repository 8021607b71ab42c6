import type { Aborting } from "./call-abort.ts";
import { onAbort } from "./on-abort.ts";

/** Settles like the promise, or rejects with the signal's reason if that fires first. Leaves no listener. */
export function unlessAborted<T>(promise: Promise<T>, signal: Aborting): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    const end = signal.aborted ? undefined : onAbort(signal, () => reject(signal.reason));
    promise.then(
      (value) => {
        end?.();
        resolve(value);
      },
      (error) => {
        end?.();
        reject(error);
      },
    );
  });
}
