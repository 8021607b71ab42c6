import { errorType } from "../contracts/errors/index.ts";
import { InvalidOptionError } from "../contracts/index.ts";
import type { Clock } from "../contracts/ports/index.ts";
import { dropPromises } from "./drop-promises.ts";
import { longestTimerMs } from "./longest-timer.ts";

/**
 * Creates the clock of a router. Without `now`, the time of day is the system's, and durations are measured
 * by `performance.now()`, which corrections of the system's time do not move. With `now` (milliseconds since
 * the epoch) a single function serves both: its largest value so far is the monotonic time.
 */
export function createClock(now?: () => number): Clock {
  return now === undefined ? { wall: Date.now, monotonic: monotonicNow, after } : new OwnClock(now);
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

/** Clock by a function of the user. It never throws, so that a failure does not leave a request half done. */
class OwnClock implements Clock {
  readonly #now: () => number;
  #last: number | undefined;
  #largest = Number.NEGATIVE_INFINITY;
  #problem: InvalidOptionError | undefined;
  readonly after = after;

  constructor(now: () => number) {
    this.#now = now;
  }

  // Properties, since callers take them off the clock.
  readonly wall = (): number => {
    try {
      const time: unknown = this.#now();
      if (typeof time === "number" && time >= firstTime && time <= lastTime) {
        this.#problem = undefined;
        this.#last = time;
        return time;
      }
      dropPromises(time);
      this.#problem = new InvalidOptionError("clock", time, expected);
    } catch (cause) {
      const problem = `${expected}, and does not throw (an error of type ${errorType(cause)})`;
      this.#problem = new InvalidOptionError("clock", this.#now, problem, { cause });
    }
    return this.#last ?? Date.now();
  };

  readonly monotonic = (): number => {
    const time = this.wall();
    if (time > this.#largest) this.#largest = time;
    return this.#largest;
  };

  get problem(): InvalidOptionError | undefined {
    return this.#problem;
  }
}

const expected = "a function that returns milliseconds since the epoch, in the years 1 to 9999";

function after(ms: number, run: () => void): ReturnType<Clock["after"]> {
  const timer = setTimeout(run, Math.max(0, Math.min(ms, longestTimerMs)));
  return { cancel: () => clearTimeout(timer), restart: () => void timer.refresh() };
}
