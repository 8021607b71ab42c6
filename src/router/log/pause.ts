export interface Pause {
  /** Waits: 100 ms at first, each time four times as long, 5 s at most. */
  wait(): Promise<void>;
  /** Begins again with the shortest. */
  reset(): void;
  /** Ends a pause, and all later ones at once. */
  end(): void;
}

const shortestMs = 100;
const longestMs = 5_000;

/** Creates pauses between tries. They do not keep a process alive. */
export function createPause(): Pause {
  let ms = shortestMs;
  let ended = false;
  let wake: (() => void) | undefined;
  return {
    async wait() {
      if (ended) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        (timer as { unref?: () => void }).unref?.();
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      wake = undefined;
      ms = Math.min(longestMs, ms * 4);
    },
    reset() {
      ms = shortestMs;
    },
    end() {
      ended = true;
      wake?.();
    },
  };
}
