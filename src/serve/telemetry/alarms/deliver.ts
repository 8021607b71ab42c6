/** News of an alarm. */
export interface AlarmNews {
  readonly alarm: string;
  readonly state: "firing" | "resolved";
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value?: number | undefined;
  readonly reason: string;
}

/** Tells someone. May throw, reject or hang: it is tried again, and then given up. */
export type Notify = (news: AlarmNews, signal: AbortSignal) => void | Promise<void>;

export interface Delivery {
  send(news: AlarmNews): void;
  /** News that were given up. */
  readonly lost: number;
  close(): void;
}

const mostWaiting = 100;
const mostTries = 4;

/** Delivers news one after the other: four tries each, with a time limit and growing pauses. At most 100 wait. */
export function createDelivery(notify: Notify, timeoutMs: number, pauseMs: number): Delivery {
  const waiting: AlarmNews[] = [];
  const ended = new AbortController();
  let lost = 0;
  let running = false;
  const tryOnce = async (news: AlarmNews): Promise<boolean> => {
    const once = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
      ended.signal.addEventListener("abort", () => resolve(false), { signal: once.signal });
    });
    try {
      const told = (async () => notify(news, once.signal))().then(() => true);
      return await Promise.race([told, late]);
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
      once.abort();
    }
  };
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        // A hook that is down for weeks would leave a listener behind with each pause.
        ended.signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      (timer as { unref?: () => void }).unref?.();
      ended.signal.addEventListener("abort", end);
    });
  const deliver = async (news: AlarmNews): Promise<void> => {
    for (let tried = 0; tried < mostTries && !ended.signal.aborted; tried += 1) {
      if (await tryOnce(news)) return;
      if (tried + 1 < mostTries) await pause(pauseMs * 4 ** tried);
    }
    lost += 1;
  };
  const run = async (): Promise<void> => {
    running = true;
    for (let news = waiting.shift(); news !== undefined; news = waiting.shift()) await deliver(news);
    running = false;
  };
  return {
    send(news) {
      if (ended.signal.aborted || waiting.length >= mostWaiting) lost += 1;
      else {
        waiting.push(news);
        if (!running) void run();
      }
    },
    get lost() {
      return lost;
    },
    close: () => ended.abort(),
  };
}
