import type { OpenStateLines, StateLines } from "../../contracts/ports/index.ts";
import { type OptionTable, readOptions } from "../../plugin/index.ts";
import { loopReader } from "./loop-reader.ts";
import { type LoopSources, loopSourceOptions } from "./loop-sources.ts";

export interface LoopStatesOptions extends LoopSources {
  /** Time between two looks at the states, in milliseconds, in [1,000, 600,000]. Default 30,000. */
  readonly everyMs?: number | undefined;
}

/** Longest wait for states that a store has, in milliseconds. */
const readTimeoutMs = 1_000;
const soonMs = 1_000;
/**
 * Longest time without states, though they are the same: a file that is rotated begins without them, and a reader takes a
 * process whose states are older for gone.
 */
const renewMs = 600_000;

export const loopStatesOptions: OptionTable<LoopStatesOptions, keyof LoopSources> = {
  ...loopSourceOptions,
  everyMs: { is: "number", min: 1_000, max: renewMs, default: 30_000 },
};

/**
 * Returns the states of promises, rollouts and the drift monitor as lines of a log: pass them to `decisionLog` as `loop`.
 * They are written when they have changed, at most twice a minute, and nothing waits for them. Throws `InvalidOptionError`.
 */
export function loopStates(options: LoopStatesOptions): StateLines {
  const { everyMs, ...sources } = readOptions("loopStates", loopStatesOptions, options);
  return { open: (write) => openWriter(sources, everyMs, write) };
}

/** Looks at states from time to time and hands over those that are new. */
function openWriter(
  sources: LoopSources,
  everyMs: number,
  write: Parameters<StateLines["open"]>[0],
): OpenStateLines {
  const writer = crypto.randomUUID().slice(0, 8);
  let text = "";
  let writtenAt = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let dueAt = Number.POSITIVE_INFINITY;
  let looking: Promise<void> | undefined;
  let isClosed = false;
  const read = loopReader(sources, readTimeoutMs);
  const look = async (): Promise<void> => {
    const { unreadable, ...states } = await read();
    const next = JSON.stringify(states);
    const now = performance.now();
    const { promises = [], rollouts = [], drift } = states;
    const isNothing = promises.length + rollouts.length === 0 && drift === undefined;
    // The next look would be too late.
    const isKnown = next === text && now - writtenAt + everyMs <= renewMs;
    if ((unreadable.length > 0 && isNothing) || isKnown) return;
    text = next;
    writtenAt = now;
    write(writer, states);
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
