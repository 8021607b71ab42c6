import type { Clock } from "../contracts/ports/index.ts";
import { dropPromises } from "./drop-promises.ts";
import { type Watched, watch } from "./watch.ts";

/** Bounds of a promise, and the errors that it then rejects with. */
export interface Bounds extends Pick<Watched, "signal" | "ms"> {
  /** Makes the error for an abort. Default: the signal's reason. */
  readonly abortError?: (() => unknown) | undefined;
  readonly timeError?: (() => unknown) | undefined;
}

/** Settles like `work`, or rejects when its time is up or the signal fires. A late result is dropped. */
export function settleWithin<T>(
  clock: Pick<Clock, "after">,
  work: PromiseLike<T>,
  bounds: Bounds,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const giveUp = (error: unknown) => {
      isLate = true;
      reject(error);
    };
    const end = watch(clock, {
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
