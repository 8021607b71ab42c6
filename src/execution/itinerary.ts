import {
  AllModelsFailedError,
  type Attempt,
  type Check,
  DeadlineExceededError,
  type Hop,
  isRouterError,
  NoEligibleModelError,
  type ProviderError,
  type ProviderErrorKind,
} from "../contracts/index.ts";
import { backoffMs } from "./backoff.ts";
import { budgetError } from "./budget.ts";
import type { ExecutionContext, PlannedStep } from "./context.ts";

/** The next call to make. */
export interface Step {
  readonly model: string;
  readonly hop: Hop;
  readonly check: Check | undefined;
  /** To wait before the call. */
  readonly delayMs: number;
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
  /** The check did not accept the answer of the current step. */
  afterRefusal(): Next;
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
  let lastError: unknown;

  const stepTo = (planned: PlannedStep, hop: Hop): Step => {
    tried.add(planned.model);
    retries = 0;
    current = { model: planned.model, hop, check: planned.unless, delayMs: 0 };
    return current;
  };

  /** Whether the model's endpoint is worth a call now; one that is not is kept as a last resort. */
  const admitted = (planned: PlannedStep, hop: Hop): boolean => {
    const reason = context.admit(planned.model, 0);
    if (reason === true) return true;
    context.skipped(planned.model, hop, reason);
    tried.add(planned.model);
    skipped.push(planned);
    return false;
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
    for (let last = skipped.shift(); last !== undefined; last = skipped.shift()) {
      if (suits(last)) return stepTo(last, hop);
    }
    return undefined;
  };

  const deadlinePassed = (): DeadlineExceededError | undefined => {
    const { deadlineAt, deadlineMs, clock, attempts } = context;
    if (deadlineAt === undefined || clock() < deadlineAt) return undefined;
    return new DeadlineExceededError(deadlineMs ?? 0, attempts);
  };

  const go = (step: Step, how: NonNullable<Attempt["next"]>): Next => {
    const error = budgetError(context, step.model);
    return error === undefined ? { step, how } : { error };
  };

  const retry = (error: ProviderError): Step | undefined => {
    if (!error.retryable || retries >= options.retries) return undefined;
    // The pause may come from the rate limit of another request.
    const askedMs = Math.max(error.retryAfterMs ?? 0, context.pauseMs(current.model));
    if (askedMs > options.retryAfterCapMs) return undefined;
    const delayMs = backoffMs(retries, askedMs, options, context.random);
    const left =
      context.deadlineAt === undefined ? Number.POSITIVE_INFINITY : context.deadlineAt - context.clock();
    if (delayMs >= left || context.permits(current.model, "retry") !== true) return undefined;
    if (context.admit(current.model, delayMs) !== true || !context.withdrawRetry()) return undefined;
    retries += 1;
    current = { ...current, hop: "retry", delayMs };
    return current;
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
      return stepTo(planned, "answer");
    },
    afterFailure(error) {
      lastError = error;
      if (context.signal?.aborted) return { error: context.signal.reason };
      if (isRouterError(error, "deadline-exceeded")) return { error };
      const late = deadlinePassed();
      if (late !== undefined) return { error: late };
      // Not a failure of a model: a bug, or a key that is missing everywhere.
      if (!isRouterError(error, "provider")) return { error };
      if (error.partialText !== undefined || endsRequest.has(error.kind)) return { error };
      const again = retry(error);
      if (again !== undefined) return go(again, "retry");
      const window = context.modelOf(current.model).contextWindow ?? 0;
      const may = (model: string) =>
        error.kind !== "context-overflow" || (context.modelOf(model).contextWindow ?? 0) > window;
      const next = another("fallback", may);
      if (next !== undefined) return go(next, "fallback");
      return { error: new AllModelsFailedError(context.attempts, { cause: error }) };
    },
    afterDelay() {
      const late = deadlinePassed();
      if (late !== undefined) return { error: late };
      if (context.permits(current.model, current.hop) === true) return go(current, "retry");
      const next = another("fallback", () => true);
      if (next !== undefined) return go(next, "fallback");
      return { error: new AllModelsFailedError(context.attempts, { cause: lastError }) };
    },
    afterRefusal() {
      if (context.signal?.aborted) return { error: context.signal.reason };
      const late = deadlinePassed();
      if (late !== undefined) return { error: late };
      const next = position + 1 < plan.length ? another("cascade", () => true) : undefined;
      if (next !== undefined) return go(next, "escalate");
      return { error: new AllModelsFailedError(context.attempts, { cause: lastError }) };
    },
  };
}
