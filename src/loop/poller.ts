/** Work that is done again and again, one at a time. */
export interface Poller {
  /** Does the work now, or waits for the one under way. Never rejects. */
  now(): Promise<void>;
  /** Ends it, and waits for the work under way. */
  close(): Promise<void>;
}

export interface PollerOptions {
  readonly everyMs: number;
  /** True ends it at the next time. */
  readonly isOver: () => boolean;
  /** Called then. */
  readonly onOver?: (() => void) | undefined;
}

/**
 * Does work at once, and then `everyMs` after each time, by timers that keep no process alive. The time varies by a
 * quarter, so that the processes of a fleet do not ask at the same moment. `isOver` ends it.
 */
export function createPoller(work: () => Promise<void>, { everyMs, isOver, onOver }: PollerOptions): Poller {
  let isClosed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;

  const run = (): Promise<void> => {
    clearTimeout(timer);
    running ??= (isClosed || isOver() ? Promise.resolve() : work())
      .catch(() => {})
      .finally(() => {
        running = undefined;
        if (isOver()) onOver?.();
        else if (!isClosed) schedule();
      });
    return running;
  };
  const schedule = (): void => {
    // Chance of its own: the router's decides requests.
    timer = setTimeout(() => void run(), everyMs * (0.75 + Math.random() / 2));
    // Outside Node a timer is a number.
    (timer as { unref?: () => void }).unref?.();
  };
  void run();

  return {
    now: run,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await running;
    },
  };
}
