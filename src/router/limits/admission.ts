import type { Attempt } from "../../contracts/index.ts";
import type { Admission, Call, Pass, Refusal } from "../../contracts/ports/index.ts";
import { type Breakers, pausedFor } from "./breakers.ts";
import type { Hedging } from "./hedging.ts";
import type { LimitPass, Limits } from "./limits.ts";
import type { LoadBudget } from "./load-budget.ts";
import type { Begun } from "./pause.ts";
import type { SharedRate, SharedRates } from "./shared-rates.ts";

/** Rules that admission consists of. */
export interface AdmissionParts {
  readonly breakers: Omit<Breakers, "exportState" | "restoreState" | "hint">;
  readonly retryBudget: LoadBudget;
  /** Absent: no hedges. */
  readonly hedging: Hedging | undefined;
  /** Absent: no limits. */
  readonly limits: Pick<Limits, "delayOf" | "enter"> | undefined;
  /** Absent: no rate is shared with other processes. */
  readonly sharedRates?: SharedRates | undefined;
  /** Returns milliseconds on the monotonic clock. */
  readonly now: () => number;
}

/** Creates the port that combines breakers, pauses, rates, calls at once, and the retry and hedge budgets. */
export function createAdmission(parts: AdmissionParts): Admission {
  const { breakers, retryBudget, hedging, limits, now } = parts;
  let begun = 0;
  const nextOrder = () => {
    begun += 1;
    return begun;
  };

  const rateMs = (call: Call): number => limits?.delayOf(ratedOf(call))?.ms ?? 0;

  /** Takes the token of a retry or a hedge. Returns the budget that it is from, or the refusal if none is left. */
  const withdraw = ({ hop, sparing, paid, spilled }: Call): LoadBudget | Refusal | undefined => {
    if (spilled === true) return undefined;
    const budget = hop === "retry" ? retryBudget : hop === "hedge" ? hedging : undefined;
    if (budget === undefined || budget.withdraw(now(), sparing === true)) return budget;
    // It had a token before and gave it back when it found no room: it may go on without one.
    if (paid) return undefined;
    return hop === "retry"
      ? { by: "retry-budget", reason: "the retry budget is used up" }
      : { by: "hedge-budget", reason: "the hedge budget is used up" };
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
      const open = breakers.ask(call.endpoint, now() + inMs);
      return open === true ? true : refusalOf(parts, call, open);
    },

    holdMs: (call) => Math.max(breakers.pauseMs(call.endpoint, now()), rateMs(call)),

    lateAfterMs: (name) => hedging?.afterMs(name, now()),

    enter(call, inMs) {
      const at = now();
      // No other model can stand in for a direct call, so breakers do not stop it.
      const entered = call.direct === true ? false : breakers.enter(call.endpoint, at + inMs);
      if (entered !== true && call.direct !== true && call.lastResort !== true)
        return refusalOf(parts, call, String(entered));
      const isTrial = entered === true && breakers.isOnTrial(call.endpoint);
      const budget = withdraw(call);
      if (budget === undefined || !("by" in budget))
        return new CallPass(parts, call, isTrial, budget, nextOrder, at);
      if (isTrial) breakers.abandon(call.endpoint);
      return budget;
    },
  };
}

function refusalOf({ breakers, now }: AdmissionParts, { endpoint }: Call, reason: string): Refusal {
  const pauseMs = breakers.pauseMs(endpoint, now());
  return pauseMs > 0 ? { by: "pause", reason, waitMs: pauseMs } : { by: "breaker", reason };
}

function ratedOf({ endpoint, tenant, inputTokens, outputTokens }: Call) {
  return { name: endpoint, tenant, tokens: inputTokens + outputTokens };
}

/** Pass of one call. A class, since each call creates one: closures per object would cost more. */
class CallPass implements Pass, Begun {
  begunAt: number;
  order = 0;
  readonly #parts: AdmissionParts;
  readonly #call: Call;
  /** True if the call entered the breaker: a half-open trial is then its own. */
  readonly #isTrial: boolean;
  /** Budget from which the call has a token. */
  readonly #budget: LoadBudget | undefined;
  readonly #nextOrder: () => number;
  #limited: LimitPass | undefined;
  #shared: SharedRate | undefined;
  #waitsForPause = false;
  #isOver = false;

  constructor(
    parts: AdmissionParts,
    call: Call,
    isTrial: boolean,
    budget: LoadBudget | undefined,
    nextOrder: () => number,
    at: number,
  ) {
    this.#parts = parts;
    this.#call = call;
    this.#isTrial = isTrial;
    this.#budget = budget;
    this.#nextOrder = nextOrder;
    this.begunAt = at;
  }

  get queueTimeoutMs(): number {
    return this.#limited?.queueTimeoutMs ?? Number.POSITIVE_INFINITY;
  }

  get onRateLimit(): Pass["onRateLimit"] {
    return this.#limited?.onRateLimit;
  }

  reserveShared(): true | Refusal | Promise<true | Refusal> {
    const { sharedRates } = this.#parts;
    if (sharedRates === undefined) return true;
    this.#shared ??= sharedRates.of(this.#call);
    return this.#shared === undefined ? true : this.#shared.reserve();
  }

  headroom(maxWaitMs: number): number | Refusal {
    const { limits } = this.#parts;
    const paused = this.paused();
    const pauseMs = paused?.waitMs ?? 0;
    if (paused !== undefined && pauseMs > maxWaitMs) return paused;
    this.#waitsForPause = pauseMs > 0;
    if (limits === undefined) return pauseMs;
    const pass = limits.enter(ratedOf(this.#call), maxWaitMs);
    if (typeof pass === "string")
      return { by: "rate", reason: pass, waitMs: limits.delayOf(ratedOf(this.#call))?.ms };
    this.#limited = pass;
    return Math.max(pauseMs, pass.waitMs);
  }

  queue(onTurn: () => void): boolean | Refusal {
    // After a pause all calls that waited for it come at once: the queue must not turn them away then.
    const place = this.#limited?.queue(onTurn, this.#waitsForPause) ?? true;
    return typeof place === "string" ? { by: "queue", reason: place } : place;
  }

  paused(): Refusal | undefined {
    const until = this.#parts.breakers.askedUntil(this.#call.endpoint);
    // Reading the clock costs more than all else here, and hardly any endpoint was ever paused.
    const waitMs = until === Number.NEGATIVE_INFINITY ? 0 : until - this.#parts.now();
    return waitMs > 0 ? { by: "pause", reason: pausedFor(waitMs), waitMs } : undefined;
  }

  begin(): number {
    const { breakers, now } = this.#parts;
    const at = now();
    // The pause may have become longer, or have begun, while the call waited.
    const pauseMs = breakers.askedUntil(this.#call.endpoint) - at;
    const leftMs = pauseMs > 0 ? pauseMs : (this.#limited?.begin() ?? 0);
    if (leftMs > 0) return leftMs;
    this.begunAt = at;
    this.order = this.#nextOrder();
    return 0;
  }

  end(given?: Attempt): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { breakers, now } = this.#parts;
    const { endpoint: name } = this.#call;
    // What is learnt of a member of a pool is kept by its key, and that of efforts by their model's.
    const attempt = given === undefined || given.name === name ? given : { ...given, name };
    if (attempt !== undefined) breakers.observe(attempt, this, now());
    else if (this.#isTrial) breakers.abandon(this.#call.endpoint);
    // A retry that succeeds did not multiply an outage; a call that is not made burdened no one.
    const isFree = attempt === undefined || (attempt.error === undefined && this.#call.hop === "retry");
    if (isFree) this.#budget?.giveBack();
    this.#limited?.end(attempt);
    this.#shared?.end(attempt);
  }
}
