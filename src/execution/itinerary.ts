import {
  AllModelsFailedError,
  type BudgetExceededError,
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
import type { AttemptRecord } from "./attempt-record.ts";
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
  /** The attempt that it follows, where there is one. */
  readonly after?: Pick<AttemptRecord, "report"> | undefined;
}

/** What follows an attempt: a step, or the error that ends the request. */
export type Next =
  | { readonly step: Step; readonly error?: undefined }
  | { readonly step?: undefined; readonly error: unknown };

/** Walks through plan, retries and fallbacks of one request. Every answer moves it forward: it ends. */
export interface Itinerary {
  first(): Step;
  afterFailure(error: unknown): Next;
  /** The current step has waited: what was permitted before may not be any more. */
  afterDelay(): Next;
  /** The router's limits leave no room for the current step; `rate`: but it comes back in a while. */
  afterRejection(reason: string, rate: boolean): Next;
  /** The step is not made after all: another request may be its breaker's trial. */
  abandon(step: Step): void;
  /** The check did not accept the answer of the current step. */
  afterRefusal(answer: Completion): Next;
  /** The answer of the current step is degraded: to be returned if nothing better comes. */
  afterDegraded(answer: Completion): Next;
  /** What an error that ends the request leaves: a degraded answer. Throws the error where there is none. */
  lastResort(error: unknown): Completion;
  /** A call to make beside the current one, which is late: at most one for a request. */
  hedge(): Step | undefined;
  /** The current call has failed, and another that runs already takes its place. */
  follow(step: Step): void;
  /** A call of the model has failed: the end of the request, where that is no failure of one model. */
  ending(error: unknown, model: string): { readonly step?: undefined; readonly error: unknown } | undefined;
}

/** Another model would fail in the same way, or must not be asked. */
const endsRequest: ReadonlySet<ProviderErrorKind> = new Set([
  "invalid-request",
  "too-large",
  "content-filter",
]);

/** The same model would fail in the same way, whatever its provider says of retrying. */
const endsModel: ReadonlySet<ProviderErrorKind> = new Set([
  "authentication",
  "permission",
  "not-found",
  "context-overflow",
  "unsupported",
]);

export function createItinerary(context: ExecutionContext): Itinerary {
  const { plan, options } = context;
  const tried = new Set<string>();
  /** Passed over, since their endpoints are known to fail; a last resort when nobody else is left. */
  const skipped = new Map<string, PlannedStep>();
  let position = 0;
  let current: Step = { model: "", hop: "answer", check: undefined, delayMs: 0 };
  /** By model: one that was set aside and comes back does not begin anew. */
  const retries = new Map<string, number>();
  let hedged = false;
  let degraded: Completion | undefined;
  let lastError: unknown;
  /** The largest context window that was too small, in tokens. */
  let outgrown: number | undefined;
  /** Why a model that could have been next was too expensive. */
  let overBudget: BudgetExceededError | undefined;
  const passedOver: Record<string, string> = {};

  const stepTo = ({ model, unless }: PlannedStep, hop: Hop, lastResort?: boolean): Step => {
    tried.add(model);
    skipped.delete(model);
    current = { model, hop, check: unless, delayMs: 0, lastResort };
    return current;
  };

  const setAside = (planned: PlannedStep, hop: Hop, reason: string) => {
    context.skipped(planned.model, hop, reason);
    tried.add(planned.model);
    skipped.set(planned.model, planned);
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
    return [...skipped.values()].toSorted((a, b) => waitOf(a) - waitOf(b)).find(suits);
  };

  const windowOf = (model: string) => context.modelOf(model).contextWindow ?? 0;

  const mayAnswer = (model: string, hop: Hop): boolean =>
    context.permits(model, hop) === true && (outgrown === undefined || windowOf(model) > outgrown);

  const isAffordable = (model: string): boolean => {
    const error = budgetError(context, model);
    overBudget ??= error;
    return error === undefined;
  };

  /**
   * The plan's next model, else the next fallback, that may serve the request now, else one passed over.
   * `heldUp`: the rate of the current step's model has held up this very call, which keeps its hop.
   */
  const another = (hop: Hop, heldUp?: boolean): Step | undefined => {
    overBudget = undefined;
    const { model: held, hop: heldHop } = current;
    const suits = ({ model }: PlannedStep) => mayAnswer(model, hop) && isAffordable(model);
    const hopOf = (model: string): Hop => (heldUp && model === held ? heldHop : hop);
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
    const last = nearest(({ model }) => mayAnswer(model, hopOf(model)) && isAffordable(model));
    return last && stepTo(last, hopOf(last.model), true);
  };

  const allFailed = (cause: unknown) => new AllModelsFailedError(context.attempts, { cause }, passedOver);

  const deadlinePassed = (): DeadlineExceededError | undefined => {
    const { deadlineAt, deadlineMs, clock, attempts } = context;
    if (deadlineAt === undefined || clock() < deadlineAt) return undefined;
    return new DeadlineExceededError(deadlineMs ?? 0, attempts);
  };

  /** The step, else what ends the request: nobody is left, or nobody who can be paid. */
  const orEnd = (step: Step | undefined): Next =>
    step === undefined ? { error: overBudget ?? allFailed(lastError) } : { step };

  /** The hop of a model that takes the place of the current one, which was not called. */
  const hopInstead = (): Hop => (current.hop === "cascade" ? "cascade" : "fallback");

  const someoneIsLeft = () =>
    position + 1 < plan.length || (options.fallback && context.fallbacks.some((model) => !tried.has(model)));

  /**
   * The same model once more. `isLast`: nobody else is left, so that an open breaker does not forbid it;
   * the retry budget still does.
   */
  const retry = (error: ProviderError, isLast: boolean): Step | undefined => {
    const made = retries.get(current.model) ?? 0;
    if (!error.retryable || endsModel.has(error.kind) || made >= options.retries) return undefined;
    // The pause may come from the rate limit of another request.
    const askedMs = Math.max(error.retryAfterMs ?? 0, context.pauseMs(current.model));
    if (askedMs > options.retryAfterCapMs) return undefined;
    const rateMs = context.admission?.delayOf(current.model)?.ms ?? 0;
    if (rateMs > options.retryAfterCapMs) return undefined;
    const delayMs = Math.max(backoffMs(made, askedMs, options, context.random), rateMs);
    const left =
      context.deadlineAt === undefined ? Number.POSITIVE_INFINITY : context.deadlineAt - context.clock();
    if (delayMs >= left || !mayAnswer(current.model, "retry")) return undefined;
    if (!isAffordable(current.model)) return undefined;
    const isAdmitted = context.admit(current.model, delayMs) === true;
    if (!isAdmitted && !isLast) return undefined;
    // A retry that a fallback can replace leaves the budget to those that nothing can.
    if (!context.withdrawRetry(!isLast && someoneIsLeft())) {
      if (isAdmitted) context.abandon(current.model);
      return undefined;
    }
    retries.set(current.model, made + 1);
    current = { ...current, hop: "retry", delayMs, lastResort: !isAdmitted };
    return current;
  };

  const abandon = ({ model, lastResort }: Step) => {
    // A last resort was never let through: the trial, if there is one, is another's.
    if (!lastResort) context.abandon(model);
  };

  const ending: Itinerary["ending"] = (error, model) => {
    if (isRouterError(error, "provider") && error.kind === "context-overflow")
      outgrown = Math.max(outgrown ?? 0, windowOf(model));
    if (context.signal?.aborted) return { error: context.signal.reason };
    // Not a failure of a model: the deadline, a bug, or a key that is missing everywhere.
    if (!isRouterError(error, "provider")) return { error };
    // What was received is not lost, also where the deadline has passed meanwhile.
    if (error.partialText !== undefined) return { error };
    const late = deadlinePassed();
    if (late !== undefined) return { error: late };
    return endsRequest.has(error.kind) ? { error } : undefined;
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
      const instead = another("fallback");
      if (instead !== undefined) return instead;
      if (reason !== true) throw new NoEligibleModelError({ [planned.model]: reason });
      return stepTo(planned, "answer", true);
    },
    ending,
    afterFailure(error) {
      lastError = error;
      const end = ending(error, current.model);
      if (end !== undefined) return end;
      // `ending` knows every other error.
      const failure = error as ProviderError;
      return orEnd(retry(failure, false) ?? another("fallback") ?? retry(failure, true));
    },
    afterDelay() {
      const { model, hop } = current;
      const late = deadlinePassed();
      const reason = context.permits(model, hop);
      if (late === undefined && reason === true) {
        current = { ...current, delayMs: 0 };
        return { step: current };
      }
      abandon(current);
      if (late !== undefined) return { error: late };
      context.skipped(model, hop, String(reason));
      return orEnd(another(hopInstead()));
    },
    afterRejection(reason, rate) {
      const { model, hop, check, lastResort } = current;
      abandon(current);
      passedOver[model] = reason;
      const heldUp = rate && !lastResort;
      if (heldUp) setAside({ model, unless: check }, hop, reason);
      else context.skipped(model, hop, reason);
      const next = orEnd(another(hopInstead(), heldUp));
      const isUntried = next.step === undefined && lastError === undefined && overBudget === undefined;
      return isUntried ? { error: new LimitExceededError(passedOver) } : next;
    },
    abandon,
    afterRefusal(answer) {
      // Better than one that is degraded.
      if (degraded !== undefined) degraded = answer;
      if (context.signal?.aborted) return { error: context.signal.reason };
      const late = deadlinePassed();
      if (late !== undefined) return { error: late };
      return position + 1 < plan.length ? orEnd(another("cascade")) : { error: allFailed(lastError) };
    },
    afterDegraded(answer) {
      degraded = answer;
      if (context.signal?.aborted) return { error: context.signal.reason };
      const late = deadlinePassed();
      if (late !== undefined) return { error: late };
      return orEnd(another("fallback"));
    },
    lastResort(error) {
      if (degraded === undefined || context.signal?.aborted) throw error;
      return degraded;
    },
    hedge() {
      if (hedged || context.signal?.aborted || deadlinePassed() !== undefined) return undefined;
      for (const model of context.fallbacks) {
        if (tried.has(model) || !mayAnswer(model, "hedge")) continue;
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
    },
  };
}
