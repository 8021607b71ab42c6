import type { Attempt, BreakerOptions, BreakerState } from "../contracts/index.ts";
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
import { checkBreakerStates } from "./check-breaker-states.ts";
import { extendCoolDown, restoreCoolDown } from "./cool-down.ts";
import { failureClassOf } from "./failure-class.ts";
import { count } from "./sliding-window.ts";

export interface Breakers {
  /** Returns `true`, or the reason why no call may be made now. Has no side effect. */
  ask(name: string, now: number): true | string;
  /** Answers as `ask` does. If the breaker is half-open, the call becomes its trial until it is observed. */
  enter(name: string, now: number): true | string;
  /** True if a half-open breaker waits for its trial: after `enter`, the call that has entered is this trial. */
  isOnTrial(name: string): boolean;
  /** Frees the trial of a call that entered and is not made after all. */
  abandon(name: string): void;
  /** Milliseconds left of the pause that a rate limit asked for; 0 if there is none. */
  pauseMs(name: string, now: number): number;
  /** Learns from a call that has ended. */
  observe(attempt: Pick<Attempt, "name" | "error" | "startedAt">, now: number): void;
  /** Exports every endpoint whose breaker is not closed or that cools down. */
  exportState(now: number): readonly BreakerState[];
  /** Replaces what is known. Throws `InvalidOptionError`. */
  restoreState(states: readonly BreakerState[], now: number): void;
}

/** Number of endpoints that are remembered. Beyond it, the one that was met first is forgotten. */
const maxNames = 1_000;

interface Endpoint {
  breaker: Breaker;
  coolDownUntil: number;
}

const entered: BreakerEvent = { type: "entered" };
const freed: BreakerEvent = { type: "freed" };
const succeeded: BreakerEvent = { type: "succeeded" };

/**
 * Creates a breaker for each model name. It opens when the window holds at least `minCalls` calls and
 * the share that failed in one class reaches `failureRatio`; after `openMs` one trial decides. A rate
 * limit starts a cool-down and is not a failure. Failures that the caller caused do not count.
 */
export function createBreakers(options: BreakerOptions = {}): Breakers {
  const rules = resolveBreakerOptions(options);
  let endpoints = new Map<string, Endpoint>();

  const endpointOf = (name: string): Endpoint => {
    const known = endpoints.get(name);
    if (known !== undefined) return known;
    const made: Endpoint = { breaker: closedBreaker(rules), coolDownUntil: 0 };
    endpoints.set(name, made);
    if (endpoints.size > maxNames) endpoints.delete(endpoints.keys().next().value as string);
    return made;
  };

  const ask = (endpoint: Endpoint | undefined, now: number): true | string => {
    if (endpoint === undefined) return true;
    if (now < endpoint.coolDownUntil)
      return `its provider asked for a pause; ${endpoint.coolDownUntil - now} ms of it are left`;
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

    pauseMs: (name, now) => Math.max(0, (endpoints.get(name)?.coolDownUntil ?? 0) - now),

    observe({ name, error, startedAt }, now) {
      const event = eventOf(error);
      const isLimited = error?.kind === "rate-limit";
      // A failure that the caller caused is not a reason to remember an endpoint.
      const endpoint = event === freed && !isLimited ? endpoints.get(name) : endpointOf(name);
      if (endpoint === undefined) return;
      if (isLimited)
        endpoint.coolDownUntil = extendCoolDown(
          endpoint.coolDownUntil,
          error.retryAfterMs ?? rules.coolDownMs,
          now,
        );
      const { breaker } = endpoint;
      if (!canSpeak(breaker, startedAt)) return;
      if (breaker.state === "closed" && event !== freed)
        count(breaker.window, event.type === "failed" ? event.failureClass : undefined, now);
      apply(endpoint, event, now);
    },

    exportState(now) {
      const states: BreakerState[] = [];
      for (const [name, { breaker, coolDownUntil }] of endpoints) {
        const cooling = coolDownUntil > now ? { coolDownUntil } : {};
        if (breaker.state === "closed") {
          if (coolDownUntil > now) states.push({ name, state: "closed", ...cooling });
        } else {
          const { failureClass, openUntil, failedTrials } = breaker;
          const state = now < openUntil ? "open" : "half-open";
          states.push({ name, state, failureClass, openUntil, failedTrials, ...cooling });
        }
      }
      return states;
    },

    restoreState(states, now) {
      const checked = checkBreakerStates(states);
      endpoints = new Map();
      for (const { name, openUntil, coolDownUntil = 0, failedTrials = 0, failureClass } of checked) {
        const endpoint = endpointOf(name);
        endpoint.coolDownUntil = restoreCoolDown(coolDownUntil, now);
        if (openUntil === undefined) continue;
        // The clock that wrote the state may have been ahead: no longer than it could be from now on.
        const until = Math.min(openUntil, now + longestOpenMs(rules));
        endpoint.breaker = { state: "open", openUntil: until, failureClass, failedTrials };
      }
    },
  };
}

function eventOf(error: Attempt["error"]): BreakerEvent {
  if (error === undefined) return succeeded;
  const failureClass = failureClassOf(error.kind);
  return failureClass === undefined ? freed : { type: "failed", failureClass };
}
