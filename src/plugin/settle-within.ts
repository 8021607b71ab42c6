import type { Clock } from "../contracts/ports/index.ts";
import { systemClock } from "./clock.ts";
import { dropPromises } from "./drop-promises.ts";
import { type Watched, watch } from "./watch.ts";

/** Bounds of a promise, and the errors that it then rejects with. */
export interface Bounds extends Pick<Watched, "signal" | "ms"> {
  /** Default: the system's. */
  readonly clock?: Pick<Clock, "after"> | undefined;
  /** Makes the error for an abort. Default: the signal's reason. */
  readonly abortError?: (() => unknown) | undefined;
  readonly timeError?: (() => unknown) | undefined;
}

/**
 * Settles like `work`, or rejects when its time is up or the signal fires, whatever comes first. A late result is dropped.
 * Leaves no timer and no listener.
 */
export function settleWithin<T>(work: PromiseLike<T>, bounds: Bounds): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const giveUp = (error: unknown) => {
      isLate = true;
      reject(error);
    };
    const end = watch(bounds.clock ?? systemClock, {
      signal: bounds.signal,
      onAbort: (reason) => giveUp(bounds.abortError === undefined ? reason : bounds.abortError()),
      ms: bounds.ms,
      onTime: () => giveUp(bounds.timeError?.()),
    });
    Promise.resolve(work).then(
      (value) => {
        end();
        if (isLate) dropPromises(value);
        resolve(value);
      },
      (error) => {
        end();
        reject(error);
      },
    );
  });
}
