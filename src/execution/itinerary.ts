import {
  AllModelsFailedError,
  type Attempt,
  type Check,
  type Completion,
  DeadlineExceededError,
  type Hop,
  isRouterError,
  LimitExceededError,
  NoEligibleModelError,
  type ProviderError,
  type ProviderErrorKind,
} from "../contracts/index.ts";
import { backoffMs } from "./backoff.ts";
import { budgetError } from "./budget.ts";
import type { ExecutionContext, Pass, PlannedStep } from "./context.ts";
import { enterNow } from "./enter-now.ts";

/** The next call to make. */
export interface Step {
  readonly model: string;
  readonly hop: Hop;
  readonly check: Check | undefined;
  /** To wait before the call. */
  readonly delayMs: number;
  /** Nobody else is left: the model's rate is waited for. */
  readonly lastResort?: boolean | undefined;
  /** What the call holds of the router's limits, once it has entered them. */
  readonly pass?: Pass | undefined;
}

/** What follows an attempt: a step, or the error that ends the request. */
export type Next =
  | { readonly step: Step; readonly how: NonNullable<Attempt["next"]> }
  | { readonly step?: undefined; readonly error: unknown };

/** Walks through plan, retries and fallbacks of one request. Every answer moves it forward: it ends. */
export interface Itinerary {
  first(): Step;
  afterFailure(error: unknown): Next;
  /** The current step has waited: what was permitted before may not be any more. */
  afterDelay(): Next;
  /** The router's limits leave no room for the current step; `rate`: but it comes back in a while. */
  afterRejection(reason: string, rate: boolean): Next;
  /** The check did not accept the answer of the current step. */
  afterRefusal(): Next;
  /** The answer of the current step is degraded: to be returned if nothing better comes. */
  afterDegraded(answer: Completion): Next;
  /** What an error that ends the request leaves: a degraded answer. Throws the error where there is none. */
  lastResort(error: unknown): Completion;
  /** A call to make beside the current one, which is late: at most one for a request. */
  hedge(): Step | undefined;
  /** The current call has failed, and another that runs already takes its place. */
  follow(step: Step): void;
  /** The end of the request, where an error is no failure of one model. */
  ending(error: unknown): { readonly step?: undefined; readonly error: unknown } | undefined;
}

/** Another model would fail in the same way, or must not be asked. */
const endsRequest: ReadonlySet<ProviderErrorKind> = new Set([
  "invalid-request",
  "too-large",
  "content-filter",
]);

export function createItinerary(context: ExecutionContext): Itinerary {
  const { plan, options } = context;
  const tried = new Set<string>();
  /** Passed over, since their endpoints are known to fail; a last resort when nobody else is left. */
  const skipped: PlannedStep[] = [];
  let position = 0;
  let current: Step = { model: "", hop: "answer", check: undefined, delayMs: 0 };
  let retries = 0;
  let hedged = false;
  let degraded: Completion | undefined;
  let lastError: unknown;
  /** Since the last failure, for whatever stands in for the model that failed. */
  let maySucceed: (model: string) => boolean = anyModel;
  const passedOver: Record<string, string> = {};

  const stepTo = (planned: PlannedStep, hop: Hop, lastResort?: boolean): Step => {
    tried.add(planned.model);
    retries = 0;
    current = { model: planned.model, hop, check: planned.unless, delayMs: 0, lastResort };
    return current;
  };

  const setAside = (planned: PlannedStep, hop: Hop, reason: string) => {
    context.skipped(planned.model, hop, reason);
    tried.add(planned.model);
    skipped.push(planned);
  };

  /** Whether the model's endpoint is worth a call now; one that is not is kept as a last resort. */
  const admitted = (planned: PlannedStep, hop: Hop): boolean => {
    // First what has no side effect: a breaker's trial is for a call that follows.
    const reason = context.admission?.delayOf(planned.model)?.reason ?? context.admit(planned.model, 0);
    if (reason === true) return true;
    setAside(planned, hop, reason);
    return false;
  };

  /** The one of those passed over whose rate comes back first. */
  const nearest = (suits: (planned: PlannedStep) => boolean): PlannedStep | undefined => {
    const waitOf = ({ model }: PlannedStep) => context.admission?.delayOf(model)?.ms ?? 0;
    // Nobody is asked of after the one that is taken: its permission is the last word.
    const best = skipped.toSorted((a, b) => waitOf(a) - waitOf(b)).find(suits);
    if (best !== undefined) skipped.splice(skipped.indexOf(best), 1);
    return best;
  };

  /** The plan's next model, else the next fallback, that may serve the request now. */
  const another = (hop: Hop, may: (model: string) => boolean): Step | undefined => {
    const suits = (planned: PlannedStep) =>
      context.permits(planned.model, hop) === true && may(planned.model);
    while (position + 1 < plan.length) {
      position += 1;
      const planned = plan[position] as PlannedStep;
      if (suits(planned) && admitted(planned, hop)) return stepTo(planned, hop);
    }
    if (options.fallback) {
      for (const model of context.fallbacks) {
        if (tried.has(model) || !suits({ model }) || !admitted({ model }, hop)) continue;
        return stepTo({ model }, hop);
      }
    }
    const last = nearest(suits);
    return last && stepTo(last, hop, true);
  };

  const allFailed = (cause: unknown) => new AllModelsFailedError(context.attempts, { cause }, passedOver);

  const deadlinePassed = (): DeadlineExceededError | undefined => {
    const { deadlineAt, deadlineMs, clock, attempts } = context;
    if (deadlineAt === undefined || clock() < deadlineAt) return undefined;
    return new DeadlineExceededError(deadlineMs ?? 0, attempts);
  };

  const go = (step: Step, how: NonNullable<Attempt["next"]>): Next => {
    const error = budgetError(context, step.model);
    return error === undefined ? { step, how } : { error };
  };

  const someoneIsLeft = () =>
    position + 1 < plan.length || (options.fallback && context.fallbacks.some((model) => !tried.has(model)));

  /**
   * The same model once more. `isLast`: nobody else is left, so that an open breaker does not forbid it;
   * the retry budget still does.
   */
  const retry = (error: ProviderError, isLast: boolean): Step | undefined => {
    if (!error.retryable || retries >= options.retries) return undefined;
    // The pause may come from the rate limit of another request.
    const askedMs = Math.max(error.retryAfterMs ?? 0, context.pauseMs(current.model));
    if (askedMs > options.retryAfterCapMs) return undefined;
    const rateMs = context.admission?.delayOf(current.model)?.ms ?? 0;
    if (rateMs > options.retryAfterCapMs) return undefined;
    const delayMs = Math.max(backoffMs(retries, askedMs, options, context.random), rateMs);
    const left =
      context.deadlineAt === undefined ? Number.POSITIVE_INFINITY : context.deadlineAt - context.clock();
    if (delayMs >= left || context.permits(current.model, "retry") !== true) return undefined;
    const isAdmitted = context.admit(current.model, delayMs) === true;
    if (!isAdmitted && !isLast) return undefined;
    // A retry that a fallback can replace leaves the budget to those that nothing can.
    if (!context.withdrawRetry(!isLast && someoneIsLeft())) {
      if (isAdmitted) context.abandon(current.model);
      return undefined;
    }
    retries += 1;
    current = { ...current, hop: "retry", delayMs, lastResort: !isAdmitted };
    return current;
  };

  const ending = (error: unknown): { readonly error: unknown } | undefined => {
    if (context.signal?.aborted) return { error: context.signal.reason };
    if (isRouterError(error, "deadline-exceeded")) return { error };
    const late = deadlinePassed();
    if (late !== undefined) return { error: late };
    // Not a failure of a model: a bug, or a key that is missing everywhere.
    if (!isRouterError(error, "provider")) return { error };
    if (error.partialText !== undefined || endsRequest.has(error.kind)) return { error };
    return undefined;
  };

  return {
    first() {
      const planned = plan[0] as PlannedStep;
      const reason = context.permits(planned.model, "answer");
      if (reason === true) {
        // The classifier may have spent some of it.
        const overBudget = budgetError(context, planned.model);
        if (overBudget !== undefined) throw overBudget;
        context.depositRetry();
        if (admitted(planned, "answer")) return stepTo(planned, "answer");
      } else {
        // It was permitted when the decision was made.
        tried.add(planned.model);
        context.skipped(planned.model, "answer", reason);
        context.depositRetry();
      }
      const instead = another("fallback", (model) => budgetError(context, model) === undefined);
      if (instead !== undefined) return instead;
      if (reason !== true) throw new NoEligibleModelError({ [planned.model]: reason });
      return stepTo(planned, "answer", true);
    },
    ending,
    afterFailure(error) {
      lastError = error;
      const end = ending(error);
      if (end !== undefined) return end;
      // `ending` knows every other error.
      const failure = error as ProviderError;
      const again = retry(failure, false);
      if (again !== undefined) return go(again, "retry");
      const window = context.modelOf(current.model).contextWindow ?? 0;
      const isLarger = (model: string) => (context.modelOf(model).contextWindow ?? 0) > window;
      maySucceed = failure.kind === "context-overflow" ? isLarger : anyModel;
      const next = another("fallback", maySucceed);
      if (next !== undefined) return go(next, "fallback");
      const last = retry(failure, true);
      return last === undefined ? { error: allFailed(error) } : go(last, "retry");
    },
    afterDelay() {
      const late = deadlinePassed();
      if (late !== undefined) return { error: late };
      if (context.permits(current.model, current.hop) === true) {
        current = { ...current, delayMs: 0 };
        return go(current, "retry");
      }
      const next = another("fallback", maySucceed);
      if (next !== undefined) return go(next, "fallback");
      return { error: allFailed(lastError) };
    },
    afterRejection(reason, rate) {
      const { model, hop, check, lastResort } = current;
      // A last resort was never let through: the trial, if there is one, is another's.
      if (!lastResort) context.abandon(model);
      passedOver[model] = reason;
      if (rate && !lastResort) setAside({ model, unless: check }, hop, reason);
      else context.skipped(model, hop, reason);
      const next = another(hop === "answer" ? "fallback" : hop, maySucceed);
      if (next !== undefined) return go(next, "fallback");
      return { error: lastError === undefined ? new LimitExceededError(passedOver) : allFailed(lastError) };
    },
    afterRefusal() {
      if (context.signal?.aborted) return { error: context.signal.reason };
      const late = deadlinePassed();
      if (late !== undefined) return { error: late };
      maySucceed = anyModel;
      const next = position + 1 < plan.length ? another("cascade", anyModel) : undefined;
      if (next !== undefined) return go(next, "escalate");
      return { error: allFailed(lastError) };
    },
    afterDegraded(answer) {
      degraded = answer;
      if (context.signal?.aborted) return { error: context.signal.reason };
      const late = deadlinePassed();
      if (late !== undefined) return { error: late };
      maySucceed = anyModel;
      const next = another("fallback", anyModel);
      if (next !== undefined) return go(next, "fallback");
      return { error: allFailed(lastError) };
    },
    lastResort(error) {
      if (degraded === undefined || context.signal?.aborted) throw error;
      return degraded;
    },
    hedge() {
      if (hedged || context.signal?.aborted || deadlinePassed() !== undefined) return undefined;
      for (const model of context.fallbacks) {
        if (tried.has(model) || context.permits(model, "hedge") !== true) continue;
        if (budgetError(context, model) !== undefined) continue;
        // Taken once, also when breakers and limits then let nobody through.
        if (!hedged && !context.hedging?.withdraw(context.clock())) return undefined;
        hedged = true;
        if (!admitted({ model }, "hedge")) continue;
        const pass = enterNow(context, model);
        if (typeof pass === "string") {
          context.abandon(model);
          setAside({ model }, "hedge", pass);
          continue;
        }
        tried.add(model);
        return { model, hop: "hedge", check: undefined, delayMs: 0, pass };
      }
      return undefined;
    },
    follow(step) {
      current = step;
      retries = 0;
    },
  };
}

function anyModel(): boolean {
  return true;
}
