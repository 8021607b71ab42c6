import type { FailureClass } from "../contracts/index.ts";
import type { ResolvedBreakerOptions } from "./breaker-options.ts";
import { failureClasses } from "./failure-class.ts";
import { createSlidingWindow, type SlidingWindow } from "./sliding-window.ts";

/** One endpoint's breaker. Times in milliseconds since the epoch. */
export type Breaker = ClosedBreaker | OpenBreaker | HalfOpenBreaker;

/** Calls are made and counted. */
export interface ClosedBreaker {
  readonly state: "closed";
  /** Counted in place by the owner of the breaker; the transitions only read it. */
  readonly window: SlidingWindow;
}

/** No call is made until `openUntil`. From then on it lets one trial through. */
export interface OpenBreaker extends Opening {
  readonly state: "open";
}

/** A trial decides; until it has ended no other call is made. */
export interface HalfOpenBreaker extends Opening {
  readonly state: "half-open";
  /** Undefined: the trial has ended without a verdict, and another one may begin. */
  readonly trialUntil: number | undefined;
}

interface Opening {
  readonly openUntil: number;
  /** The class that opened it. Undefined where a restored state names none. */
  readonly failureClass: FailureClass | undefined;
  /** Trials that failed since it opened. */
  readonly failedTrials: number;
}

export type BreakerEvent =
  /** A call begins. */
  | { readonly type: "entered" }
  /** A call is not made after all, or has ended without a verdict. */
  | { readonly type: "freed" }
  /** In a closed breaker the call has been counted before. */
  | { readonly type: "succeeded" }
  | { readonly type: "failed"; readonly failureClass: FailureClass };

type Rules = Pick<ResolvedBreakerOptions, "failureRatio" | "minCalls" | "windowMs" | "openMs">;

/** Failed trials that double the time until the next one. */
const mostDoublings = 4;
/** A timer may fire this much before its time, and the trial that waited for it begin. */
const timerSlackMs = 2;

export function closedBreaker({ windowMs }: Pick<Rules, "windowMs">): ClosedBreaker {
  return { state: "closed", window: createSlidingWindow(windowMs) };
}

/** `true`, or the reason why no call may be made now. */
export function askBreaker(breaker: Breaker, now: number): true | string {
  if (breaker.state === "closed") return true;
  if (now < breaker.openUntil) return `its breaker is open (${breaker.failureClass} failures)`;
  if (breaker.state === "half-open" && breaker.trialUntil !== undefined && now < breaker.trialUntil)
    return "its breaker waits for a trial call";
  return true;
}

/** The breaker after an event. Pure. */
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
  // A trial that is never observed (its request was dropped) must not keep it shut for ever.
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

/** False if the call began before the breaker opened: it says nothing new, only the trial decides. */
export function canSpeak(breaker: Breaker, startedAt: string): boolean {
  return breaker.state === "closed" || Date.parse(startedAt) >= breaker.openUntil - timerSlackMs;
}

/** Longest time for which a breaker stays open, and a trial keeps other calls out. */
export function longestOpenMs({ openMs }: Pick<Rules, "openMs">): number {
  return openMs * 2 ** mostDoublings;
}

function classOverRatio(window: SlidingWindow, { minCalls, failureRatio }: Rules): FailureClass | undefined {
  const calls = window.calls.sum;
  if (calls < minCalls) return undefined;
  return failureClasses.find((one) => window.failed[one].sum >= failureRatio * calls);
}
