import { checkKeys, checkNumber } from "../plugin/index.ts";
import type { LoopStatesRead } from "../router/log/event-line.ts";
import type { LoopSources } from "../serve/status/loop-reader.ts";
import { checkLoopSources } from "../serve/status/sources.ts";

export interface LogLoopOptions extends LoopSources {
  /** Time between two looks at the states, in milliseconds, in [1,000, 600,000]. Default 30,000. */
  readonly everyMs?: number | undefined;
}

/** Writes states of the loop to a log. */
export interface LoopWriter {
  /** Something has changed: the states are written within a second. */
  soon(): void;
  /** Writes the last states. */
  close(): Promise<void>;
}

/** Longest wait for states that a store has, in milliseconds. */
const readTimeoutMs = 1_000;
const soonMs = 1_000;
/**
 * Longest time without states, though they are the same: a file that is rotated begins without them, and a reader takes a
 * process whose states are older for gone.
 */
const renewMs = 600_000;

/** Throws `InvalidOptionError`. */
export function checkLogLoop(owner: string, loop: LogLoopOptions): void {
  checkKeys(owner, loop, ["promises", "rollouts", "drift", "everyMs"]);
  checkLoopSources(owner, loop);
  if (loop.everyMs !== undefined) checkNumber(`${owner}.everyMs`, loop.everyMs, { min: 1_000, max: renewMs });
}

/** Looks at states from time to time and hands over those that are new. Nothing waits for it. */
export function loopWriter(
  { everyMs = 30_000, ...sources }: LogLoopOptions,
  write: (read: LoopStatesRead) => void,
): LoopWriter {
  const writer = crypto.randomUUID().slice(0, 8);
  let text = "";
  let writtenAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let isClosed = false;
  // Loaded only where it is used: a log alone does not need it.
  const reader = import("../serve/status/loop-reader.ts").then(({ loopReader }) =>
    loopReader(sources, readTimeoutMs),
  );
  // Each look tells of it by itself.
  reader.catch(() => {});
  const look = async (): Promise<void> => {
    const { unreadable, ...states } = await (await reader)();
    const next = JSON.stringify(states);
    const now = performance.now();
    const { promises = [], rollouts = [], drift } = states;
    const isNothing = promises.length + rollouts.length === 0 && drift === undefined;
    // The next look would be too late.
    const isKnown = next === text && now - writtenAt + everyMs <= renewMs;
    if ((unreadable.length > 0 && isNothing) || isKnown) return;
    text = next;
    writtenAt = now;
    write({ type: "loop-states", writer, states });
  };
  const lookOnce = (): Promise<void> => {
    looking ??= look()
      .catch(() => {})
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const plan = (ms: number): void => {
    const at = performance.now() + ms;
    if (isClosed || at >= dueAt) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => {
      dueAt = Number.POSITIVE_INFINITY;
      void lookOnce().then(() => plan(everyMs));
    }, ms);
    timer.unref?.();
  };
  plan(soonMs);
  return {
    soon: () => plan(soonMs),
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await looking;
      await lookOnce();
    },
  };
}
