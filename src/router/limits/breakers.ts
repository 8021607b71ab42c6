import type { Attempt, BreakerOptions, BreakerState, FailureClass } from "../../contracts/index.ts";
import { failureClasses, failureClassOf } from "../../plugin/failure-class.ts";
import { createLatest } from "../../plugin/latest.ts";
import type { FieldTable } from "../../plugin/options/option-kind.ts";
import { readStates } from "../../plugin/options/read-state.ts";
import { resolveBreakerOptions } from "./breaker-options.ts";
import {
  askBreaker,
  type Breaker,
  type BreakerEvent,
  canSpeak,
  closedBreaker,
  longestOpenMs,
  nextBreaker,
} from "./breaker-state.ts";
import {
  askedMs,
  type Begun,
  createPause,
  noteAnswer,
  noteRefusal,
  type Pause,
  pauseMs,
  restorePause,
} from "./pause.ts";
import { callsIn, count } from "./sliding-window.ts";

export interface Breakers {
  /** Returns `true`, or the reason why no call may be made now. Has no side effect. */
  ask(name: string, now: number): true | string;
  /** Answers as `ask` does. If the breaker is half-open, the call becomes its trial until it is observed. */
  enter(name: string, now: number): true | string;
  /** True if a half-open breaker waits for its trial: after `enter`, the call that has entered is this trial. */
  isOnTrial(name: string): boolean;
  /** Frees the trial of a call that entered and is not made after all. */
  abandon(name: string): void;
  /** Milliseconds left of the pause after rate limits, while other models are called first; 0 if none is left. */
  pauseMs(name: string, now: number): number;
  /** Time until which the provider has asked for no call at all, by Retry-After; -Infinity if it has not. */
  askedUntil(name: string): number;
  /** Learns from a call that has ended. */
  observe(attempt: Pick<Attempt, "name" | "error">, begun: Begun, now: number): void;
  /**
   * Takes a hint of another process that its breaker is open: the next call becomes a trial, which decides. Calls of
   * its own that this process has counted are better evidence, and one hint in a minute is taken.
   */
  hint(name: string, failureClass: FailureClass | undefined, now: number): void;
  /** Exports every endpoint whose breaker is not closed or that is paused. `wallNow` is the time of day. */
  exportState(now: number, wallNow?: number): readonly BreakerState[];
  /** Replaces what is known. Throws `InvalidOptionError`. */
  restoreState(states: readonly BreakerState[], now: number, wallNow?: number): void;
}

/** Number of endpoints that are remembered. Beyond it, the one whose calls ended longest ago is forgotten. */
const maxNames = 1_000;

const never = Number.NEGATIVE_INFINITY;

interface Endpoint {
  readonly name: string;
  breaker: Breaker;
  readonly pause: Pause;
  /** Time until which no further hint is taken. */
  hintedUntil: number;
}

/** Time between two hints that are taken: one that is wrong, or meant to harm, costs one trial in it. */
const betweenHintsMs = 60_000;

const entered: BreakerEvent = { type: "entered" };
const freed: BreakerEvent = { type: "freed" };
const succeeded: BreakerEvent = { type: "succeeded" };

const stateFields: FieldTable<BreakerState> = {
  name: { is: "text" },
  // What holds now follows from the times.
  state: { is: "any" },
  failureClass: {
    is: "choice",
    of: failureClasses,
    optional: true,
    expected: `one of ${failureClasses.join(", ")}`,
  },
  openUntil: { is: "number", min: 0, optional: true },
  failedTrials: { is: "number", min: 0, integer: true, optional: true },
  coolDownUntil: { is: "number", min: 0, optional: true },
  pausedUntil: { is: "number", min: 0, optional: true },
};

/** Throws `InvalidOptionError` if the value was not exported by breakers. */
export function checkBreakerStates(states: readonly BreakerState[]): readonly BreakerState[] {
  return readStates("breakers", stateFields, states, "an array of states");
}

/**
 * Creates a breaker for each model name. It opens when the window holds at least `minCalls` calls and
 * the share that failed in one class reaches `failureRatio`; after `openMs` one trial decides. A rate
 * limit starts a pause and is not a failure. Failures that the caller caused do not count.
 */
export function createBreakers(options: BreakerOptions = {}): Breakers {
  const rules = resolveBreakerOptions(options);
  let endpoints = createLatest<Endpoint>(maxNames);

  const endpointOf = (name: string): Endpoint => {
    const known = endpoints.get(name);
    if (known !== undefined) return known;
    const made: Endpoint = { name, breaker: closedBreaker(rules), pause: createPause(), hintedUntil: never };
    endpoints.set(name, made);
    return made;
  };

  const ask = (endpoint: Endpoint | undefined, now: number): true | string => {
    if (endpoint === undefined) return true;
    const leftMs = pauseMs(endpoint.pause, now);
    if (leftMs > 0) return pausedFor(leftMs);
    return askBreaker(endpoint.breaker, now);
  };

  const apply = (endpoint: Endpoint | undefined, event: BreakerEvent, now: number) => {
    if (endpoint !== undefined) endpoint.breaker = nextBreaker(endpoint.breaker, event, now, rules);
  };

  return {
    ask: (name, now) => ask(endpoints.get(name), now),

    enter(name, now) {
      const endpoint = endpoints.get(name);
      const answer = ask(endpoint, now);
      if (answer === true) apply(endpoint, entered, now);
      return answer;
    },

    isOnTrial(name) {
      const breaker = endpoints.get(name)?.breaker;
      return breaker?.state === "half-open" && breaker.trialUntil !== undefined;
    },

    // This event does not depend on the time.
    abandon: (name) => apply(endpoints.get(name), freed, 0),

    pauseMs(name, now) {
      const endpoint = endpoints.get(name);
      return endpoint === undefined ? 0 : pauseMs(endpoint.pause, now);
    },

    askedUntil: (name) => endpoints.get(name)?.pause.askedUntil ?? never,

    observe({ name, error }, begun, now) {
      const event = eventOf(error);
      // A busy server has not failed: it is left alone for a while.
      const isLimited = error?.kind === "rate-limit" || error?.kind === "saturated";
      // A failure that the caller caused is not a reason to remember an endpoint.
      const endpoint = event === freed && !isLimited ? endpoints.get(name) : endpointOf(name);
      if (endpoint === undefined) return;
      endpoints.set(name, endpoint);
      const { breaker, pause } = endpoint;
      const retryAfterMs = error?.retryAfterMs;
      if (error === undefined) noteAnswer(pause, begun, now);
      else if (isLimited || (retryAfterMs !== undefined && event.type === "failed"))
        noteRefusal(pause, begun, isLimited, { retryAfterMs, coolDownMs: rules.coolDownMs }, now);
      if (!canSpeak(breaker, begun.begunAt)) return;
      if (breaker.state === "closed" && event !== freed)
        count(breaker.window, event.type === "failed" ? event.failureClass : undefined, now);
      apply(endpoint, event, now);
    },

    hint(name, failureClass, now) {
      const endpoint = endpointOf(name);
      const { breaker } = endpoint;
      if (breaker.state !== "closed" || now < endpoint.hintedUntil) return;
      if (callsIn(breaker.window, now) >= rules.minCalls) return;
      endpoint.hintedUntil = now + betweenHintsMs;
      endpoint.breaker = {
        state: "half-open",
        openUntil: now,
        failureClass,
        failedTrials: 0,
        trialUntil: undefined,
      };
    },

    exportState(now, wallNow = now) {
      // Other processes share the time of day only.
      const toWall = wallNow - now;
      const states: BreakerState[] = [];
      for (const { name, breaker, pause } of endpoints.values()) {
        const isPaused = pauseMs(pause, now) > 0;
        const isAsked = askedMs(pause, now) > 0;
        const pauses = {
          ...(isPaused && { coolDownUntil: pause.until + toWall }),
          ...(isAsked && { pausedUntil: pause.askedUntil + toWall }),
        };
        if (breaker.state === "closed") {
          if (isPaused) states.push({ name, state: "closed", ...pauses });
        } else {
          const { failureClass, openUntil, failedTrials } = breaker;
          const state = now < openUntil ? "open" : "half-open";
          const until = openUntil + toWall;
          states.push({ name, state, failureClass, openUntil: until, failedTrials, ...pauses });
        }
      }
      return states;
    },

    restoreState(states, now, wallNow = now) {
      const toWall = wallNow - now;
      const checked = checkBreakerStates(states);
      endpoints = createLatest(maxNames);
      for (const { name, openUntil, failedTrials = 0, failureClass, ...pauses } of checked) {
        const { coolDownUntil = never, pausedUntil = never } = pauses;
        const endpoint = endpointOf(name);
        restorePause(endpoint.pause, coolDownUntil - toWall, pausedUntil - toWall, now);
        if (openUntil === undefined) continue;
        // The clock that wrote the state may have been ahead: no longer than it could be from now on.
        const until = Math.min(openUntil - toWall, now + longestOpenMs(rules));
        endpoint.breaker = { state: "open", openUntil: until, failureClass, failedTrials };
      }
    },
  };
}

/** Reason why an endpoint in a pause is not called. */
export function pausedFor(leftMs: number): string {
  return `its provider asked for a pause; ${leftMs} ms of it are left`;
}

function eventOf(error: Attempt["error"]): BreakerEvent {
  if (error === undefined) return succeeded;
  const failureClass = failureClassOf(error.kind);
  return failureClass === undefined ? freed : { type: "failed", failureClass };
}
