import type { FailureClass } from "../../contracts/index.ts";
import { failureClasses } from "../../plugin/failure-class.ts";
import type { ResolvedBreakerOptions } from "./breaker-options.ts";
import { createSlidingWindow, type SlidingWindow } from "./sliding-window.ts";

/** State of one endpoint's breaker. Times on the monotonic clock in milliseconds. */
export type Breaker = ClosedBreaker | OpenBreaker | HalfOpenBreaker;

/** Lets every call through and counts it. */
export interface ClosedBreaker {
  readonly state: "closed";
  /** Counted in place by the owner of the breaker; the transitions only read it. */
  readonly window: SlidingWindow;
}

/** Lets no call through until `openUntil`, and one trial from then on. */
export interface OpenBreaker extends Opening {
  readonly state: "open";
}

/** Waits for a trial call, whose result opens or closes it; other calls are refused meanwhile. */
export interface HalfOpenBreaker extends Opening {
  readonly state: "half-open";
  /** End of the trial's time. Undefined if it ended without a verdict, so that another one may begin. */
  readonly trialUntil: number | undefined;
}

interface Opening {
  readonly openUntil: number;
  /** Class of the failures that opened it. Undefined if a restored state names none. */
  readonly failureClass: FailureClass | undefined;
  /** Number of trials that failed since it opened. */
  readonly failedTrials: number;
}

export type BreakerEvent =
  /** A call begins. */
  | { readonly type: "entered" }
  /** A call is not made after all, or has ended without a verdict. */
  | { readonly type: "freed" }
  /** A call succeeded. In a closed breaker it has already been counted. */
  | { readonly type: "succeeded" }
  /** A call failed. In a closed breaker it has already been counted. */
  | { readonly type: "failed"; readonly failureClass: FailureClass };

type Rules = Pick<ResolvedBreakerOptions, "failureRatio" | "minCalls" | "windowMs" | "openMs">;

/** Number of failed trials after which the time until the next one is no longer doubled. */
const mostDoublings = 4;
/** Timers may fire early by this much, so that a trial which waited for one may begin too early. */
const timerSlackMs = 2;

export function closedBreaker({ windowMs }: Pick<Rules, "windowMs">): ClosedBreaker {
  return { state: "closed", window: createSlidingWindow(windowMs) };
}

/** Returns `true`, or the reason why no call may be made now. */
export function askBreaker(breaker: Breaker, now: number): true | string {
  if (breaker.state === "closed") return true;
  if (now < breaker.openUntil) return `its breaker is open (${breaker.failureClass} failures)`;
  if (breaker.state === "half-open" && breaker.trialUntil !== undefined && now < breaker.trialUntil)
    return "its breaker waits for a trial call";
  return true;
}

/** Returns the breaker after an event. A pure function. */
export function nextBreaker(breaker: Breaker, event: BreakerEvent, now: number, rules: Rules): Breaker {
  switch (breaker.state) {
    case "closed":
      return event.type === "failed" ? afterFailure(breaker, now, rules) : breaker;
    case "open":
      return event.type === "entered" ? afterEntry(breaker, now, rules) : breaker;
    case "half-open":
      return event.type === "entered"
        ? afterEntry(breaker, now, rules)
        : afterTrial(breaker, event, now, rules);
  }
}

function afterFailure(breaker: ClosedBreaker, now: number, rules: Rules): Breaker {
  const failureClass = classOverRatio(breaker.window, rules);
  return failureClass === undefined ? breaker : openBreaker(failureClass, 0, now, rules);
}

function afterEntry(breaker: OpenBreaker | HalfOpenBreaker, now: number, rules: Rules): Breaker {
  if (askBreaker(breaker, now) !== true) return breaker;
  // The result of a trial may never arrive, if its request was dropped: it must not block calls forever.
  return { ...breaker, state: "half-open", trialUntil: now + longestOpenMs(rules) };
}

function afterTrial(
  breaker: HalfOpenBreaker,
  event: Exclude<BreakerEvent, { type: "entered" }>,
  now: number,
  rules: Rules,
): Breaker {
  if (breaker.trialUntil === undefined) return breaker;
  if (event.type === "freed") return { ...breaker, trialUntil: undefined };
  if (event.type === "succeeded") return closedBreaker(rules);
  return openBreaker(event.failureClass, breaker.failedTrials + 1, now, rules);
}

function openBreaker(failureClass: FailureClass, failedTrials: number, now: number, rules: Rules): Breaker {
  const openMs = rules.openMs * 2 ** Math.min(mostDoublings, failedTrials);
  return { state: "open", openUntil: now + openMs, failureClass, failedTrials };
}

/** False if the call began before the breaker opened: it says nothing new, and only a trial decides. */
export function canSpeak(breaker: Breaker, begunAt: number): boolean {
  return breaker.state === "closed" || begunAt >= breaker.openUntil - timerSlackMs;
}

/** Longest time for which a breaker stays open, or waits for the result of a trial. */
export function longestOpenMs({ openMs }: Pick<Rules, "openMs">): number {
  return openMs * 2 ** mostDoublings;
}

function classOverRatio(window: SlidingWindow, { minCalls, failureRatio }: Rules): FailureClass | undefined {
  const calls = window.calls.sum;
  if (calls < minCalls) return undefined;
  return failureClasses.find((one) => window.failed[one].sum >= failureRatio * calls);
}
