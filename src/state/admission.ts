import type { Admission, Call, Pass, Refusal } from "../contracts/index.ts";
import type { Breakers } from "./breakers.ts";
import type { Hedging } from "./hedging.ts";
import type { LimitPass, Limits } from "./limits.ts";
import type { LoadBudget } from "./load-budget.ts";

/** The rules that admission is made of. */
export interface AdmissionParts {
  readonly breakers: Pick<Breakers, "ask" | "enter" | "abandon" | "pauseMs" | "observe">;
  readonly retryBudget: LoadBudget;
  /** Absent: no hedges. */
  readonly hedging: Hedging | undefined;
  /** Absent: no limits. */
  readonly limits: Pick<Limits, "delayOf" | "enter"> | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Hops of classifiers and checks: no other model can stand in, so breakers do not stop them. */
const direct: ReadonlySet<Call["hop"]> = new Set(["classify", "check"]);

/** Breakers, pauses, rates, calls at once, retry and hedge budgets, as one port. */
export function createAdmission(parts: AdmissionParts): Admission {
  const { breakers, retryBudget, hedging, limits, now } = parts;

  const rateMs = (call: Call): number => limits?.delayOf(ratedOf(call))?.ms ?? 0;

  /** The token of a retry or a hedge; absent: there is one. */
  const withdraw = ({ hop, sparing, paid }: Call): Refusal | undefined => {
    if (paid) return undefined;
    if (hop === "retry" && !retryBudget.withdraw(now(), sparing === true))
      return { by: "retry-budget", reason: "the retry budget is used up" };
    if (hop === "hedge" && !(hedging?.withdraw(now()) ?? true))
      return { by: "hedge-budget", reason: "the hedge budget is used up" };
    return undefined;
  };

  return {
    noteRequest() {
      retryBudget.deposit(now());
      hedging?.deposit(now());
    },

    ask(call, inMs) {
      const delay = limits?.delayOf(ratedOf(call));
      if (delay !== undefined && delay.ms > inMs)
        return { by: "rate", reason: delay.reason, waitMs: delay.ms };
      const open = breakers.ask(call.name, now() + inMs);
      return open === true ? true : refusalOf(parts, call, open);
    },

    holdMs: (call) => Math.max(breakers.pauseMs(call.name, now()), rateMs(call)),

    lateAfterMs: (name) => hedging?.afterMs(name, now()),

    enter(call, inMs) {
      const isDirect = direct.has(call.hop);
      const entered = isDirect ? false : breakers.enter(call.name, now() + inMs);
      const hasEntered = entered === true;
      if (!hasEntered && !isDirect && call.lastResort !== true)
        return refusalOf(parts, call, String(entered));
      const refusal = withdraw(call);
      if (refusal === undefined) return passOf(parts, call, hasEntered);
      if (hasEntered) breakers.abandon(call.name);
      return refusal;
    },
  };
}

function refusalOf({ breakers, now }: AdmissionParts, { name }: Call, reason: string): Refusal {
  const pauseMs = breakers.pauseMs(name, now());
  return pauseMs > 0 ? { by: "pause", reason, waitMs: pauseMs } : { by: "breaker", reason };
}

function ratedOf({ name, tenant, inputTokens, outputTokens }: Call) {
  return { name, tenant, tokens: inputTokens + outputTokens };
}

/** `entered`: a breaker's trial, if there is one, is this call's. */
function passOf({ breakers, limits, now }: AdmissionParts, call: Call, entered: boolean): Pass {
  let limited: LimitPass | undefined;
  let isOver = false;
  return {
    get queueTimeoutMs() {
      return limited?.queueTimeoutMs ?? Number.POSITIVE_INFINITY;
    },
    headroom(maxWaitMs) {
      if (limits === undefined) return 0;
      const pass = limits.enter(ratedOf(call), maxWaitMs);
      if (typeof pass === "string")
        return { by: "rate", reason: pass, waitMs: limits.delayOf(ratedOf(call))?.ms };
      limited = pass;
      return pass.waitMs;
    },
    queue(onTurn) {
      const place = limited?.queue(onTurn) ?? true;
      return typeof place === "string" ? { by: "queue", reason: place } : place;
    },
    begin: () => limited?.begin() ?? 0,
    get onRateLimit() {
      return limited?.told;
    },
    end(attempt) {
      if (isOver) return;
      isOver = true;
      if (attempt !== undefined) breakers.observe(attempt, now());
      else if (entered) breakers.abandon(call.name);
      limited?.end(attempt);
    },
  };
}
