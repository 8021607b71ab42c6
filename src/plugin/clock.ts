import { errorType } from "../contracts/errors/index.ts";
import { InvalidOptionError } from "../contracts/index.ts";
import type { Clock } from "../contracts/ports/index.ts";
import { dropPromises } from "./drop-promises.ts";
import { longestTimerMs } from "./longest-timer.ts";

/**
 * Creates the clock of a router. Without `now`, the time of day is the system's, and durations are measured
 * by `performance.now()`, which corrections of the system's time do not move. With `now` (milliseconds since
 * the epoch) and without `monotonic`, a single function serves both: monotonic time takes its steps forward
 * and leaves out those back.
 */
export function createClock(now?: () => number, monotonic?: () => number): Clock {
  if (now === undefined && monotonic === undefined) return { wall: Date.now, monotonic: monotonicNow, after };
  return new OwnClock(now, monotonic);
}

/** Clock for code that runs without a router. */
export const systemClock: Clock = createClock();

/** Whole milliseconds, like the time of day: records of durations stay readable. */
function monotonicNow(): number {
  return Math.floor(performance.now());
}

/** First and last time that records can state: the years 1 to 9999. */
const firstTime = Date.UTC(2001, 0) - 2_000 * 365.2425 * 86_400_000;
const lastTime = Date.UTC(9999, 11, 31);

/** Clock by functions of the user. It never throws, so that a failure does not leave a request half done. */
class OwnClock implements Clock {
  readonly wall: () => number;
  readonly monotonic: () => number;
  readonly after = after;
  readonly #problems = new Map<string, InvalidOptionError>();

  constructor(now: (() => number) | undefined, monotonic: (() => number) | undefined) {
    this.wall =
      now === undefined
        ? Date.now
        : this.#safely("clock", now, epochTime, Date.now, (time) => time >= firstTime && time <= lastTime);
    this.monotonic = forwardOf(
      monotonic === undefined
        ? this.wall
        : this.#safely("monotonicClock", monotonic, anyTime, monotonicNow, Number.isFinite),
    );
  }

  get problem(): InvalidOptionError | undefined {
    for (const problem of this.#problems.values()) return problem;
    return undefined;
  }

  /** Returns a function that returns the last good time in place of a bad one, and notes the problem until the next good one. */
  #safely(
    option: string,
    read: () => number,
    expected: string,
    otherwise: () => number,
    isGood: (time: number) => boolean,
  ): () => number {
    let last: number | undefined;
    return () => {
      try {
        const time: unknown = read();
        if (typeof time === "number" && isGood(time)) {
          if (this.#problems.size > 0) this.#problems.delete(option);
          last = time;
          return time;
        }
        dropPromises(time);
        this.#problems.set(option, new InvalidOptionError(option, time, expected));
      } catch (cause) {
        const problem = `${expected}, and does not throw (an error of type ${errorType(cause)})`;
        this.#problems.set(option, new InvalidOptionError(option, read, problem, { cause }));
      }
      return last ?? otherwise();
    };
  }
}

const epochTime = "a function that returns milliseconds since the epoch, in the years 1 to 9999";
const anyTime = "a function that returns milliseconds from any origin";

/** Goes on from where it was when the clock is set back, so that no duration waits until the clock has caught up. */
function forwardOf(now: () => number): () => number {
  let last = Number.NEGATIVE_INFINITY;
  let behindMs = 0;
  return () => {
    const value = now();
    if (value < last) behindMs += last - value;
    last = value;
    return value + behindMs;
  };
}

function after(ms: number, run: () => void): ReturnType<Clock["after"]> {
  const start = () => setTimeout(run, Math.max(0, Math.min(ms, longestTimerMs)));
  let timer = start();
  return {
    cancel: () => clearTimeout(timer),
    restart: () => {
      if (typeof timer === "object") return void timer.refresh();
      // Outside Node a timer is a number.
      clearTimeout(timer);
      timer = start();
    },
  };
}
