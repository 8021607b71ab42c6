import { ProviderError } from "../../../contracts/index.ts";
import { onAbort } from "../../../plugin/on-abort.ts";

/** One of the calls that may run at the same time. */
export interface Place {
  /** Says that the caller no longer waits for the work, which goes on. */
  abandon(): void;
  /** Gives the place back, once the work has really ended. */
  release(): void;
}

export interface PlaceCounts {
  /** Calls whose work runs, with those that nothing waits for. */
  readonly running: number;
  /** Calls whose caller has left and whose work has not ended. */
  readonly abandoned: number;
  /** Calls that wait for a place. */
  readonly waiting: number;
}

export interface Places {
  /**
   * Waits for a place, first come, first served. Rejects with the signal's reason, or with a `ProviderError` of kind
   * `saturated` where the queue is full or every place is held by work that does not end.
   */
  take(signal: AbortSignal): Promise<Place>;
  counts(): PlaceCounts;
}

interface PlaceSettings {
  /** Name of the model, for errors. */
  readonly model: string;
  readonly concurrency: number;
  readonly queue: number;
  /** Time that abandoned work has to end before calls no longer wait for it, in milliseconds. */
  readonly graceMs: number;
}

interface Waiter {
  readonly serve: () => void;
  readonly refuse: () => void;
}

export function createPlaces({ model, concurrency, queue, graceMs }: PlaceSettings): Places {
  const waiters = new Set<Waiter>();
  let running = 0;
  let abandoned = 0;
  /** True once every place was held by abandoned work for `graceMs`. */
  let isStuck = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const saturated = (summary: string) => new ProviderError({ kind: "saturated", model, summary });
  const held = () =>
    `${abandoned} of ${concurrency} places are held by calls that were aborted and do not end`;

  const watchStuck = () => {
    clearTimeout(timer);
    isStuck = false;
    if (abandoned < concurrency) return;
    timer = setTimeout(() => {
      isStuck = true;
      for (const waiter of [...waiters]) waiter.refuse();
    }, graceMs);
    // Outside Node a timer is a number.
    (timer as { unref?: () => void }).unref?.();
  };

  const occupy = (): Place => {
    running += 1;
    let state: "held" | "abandoned" | "free" = "held";
    return {
      abandon() {
        if (state !== "held") return;
        state = "abandoned";
        abandoned += 1;
        watchStuck();
      },
      release() {
        if (state === "free") return;
        const wasAbandoned = state === "abandoned";
        state = "free";
        running -= 1;
        if (wasAbandoned) {
          abandoned -= 1;
          watchStuck();
        }
        const [next] = waiters;
        next?.serve();
      },
    };
  };

  return {
    counts: () => ({ running, abandoned, waiting: waiters.size }),
    async take(signal) {
      signal.throwIfAborted();
      if (running < concurrency && waiters.size === 0) return occupy();
      if (isStuck) throw saturated(held());
      if (waiters.size >= queue)
        throw saturated(
          abandoned > 0
            ? `all places are taken, and ${queue} calls wait; ${held()}`
            : `${concurrency} calls run and ${queue} wait`,
        );
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiters.delete(waiter);
          endWatch();
        };
        const waiter: Waiter = {
          serve() {
            leave();
            resolve(occupy());
          },
          refuse() {
            leave();
            reject(saturated(held()));
          },
        };
        const endWatch = onAbort(signal, () => {
          leave();
          reject(signal.reason);
        });
        waiters.add(waiter);
      });
    },
  };
}
