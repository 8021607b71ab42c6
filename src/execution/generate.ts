import {
  type ChatRequest,
  type Check,
  type Completion,
  type Hop,
  type HopContext,
  NoEligibleModelError,
  ProviderError,
} from "../contracts/index.ts";
import { type AttemptRecord, mayBeBilled, startAttempt, toTypedError } from "./attempt-record.ts";
import { checkBounds, enterDirectly } from "./call.ts";
import type { ExecutionContext } from "./context.ts";
import { enter } from "./enter.ts";
import { followedBy } from "./followed-by.ts";
import { createGuard } from "./guard.ts";
import { createItinerary, type Itinerary, type Next, type Step } from "./itinerary.ts";
import { runCheck } from "./run-check.ts";

/** Walks through the plan until an answer stands. Rejects with what ended the request. */
export async function generate(context: ExecutionContext): Promise<Completion> {
  const itinerary = createItinerary(context);
  try {
    let step = itinerary.first();
    for (;;) {
      if (step.delayMs > 0 || context.admission !== undefined) step = await enter(context, itinerary, step);
      const { pass } = step;
      try {
        const outcome = await generateOnce(context, step, itinerary);
        if (outcome.completion !== undefined) return outcome.completion;
        step = outcome.step;
      } finally {
        pass?.end();
      }
    }
  } catch (error) {
    return itinerary.lastResort(error);
  }
}

/**
 * One call without check, retry or fallback: what a classifier or a check makes. The caller has asked
 * the constraints; signal, deadline and budget are looked at here.
 */
export async function generateDirectly(
  context: ExecutionContext,
  model: string,
  hop: Hop,
): Promise<Completion> {
  const pass = context.admission && (await enterDirectly(context, model, hop));
  const step: Step = { model, hop, check: undefined, delayMs: 0, pass };
  try {
    // Nothing between this and the call's start: calls at the same time share what may be spent.
    checkBounds(context, model);
    const outcome = await generateOnce(context, step, nowhere);
    return outcome.completion as Completion;
  } finally {
    pass?.end();
  }
}

/** What of an itinerary a single call needs; without `afterDegraded` no answer counts as degraded. */
type Guide = Pick<Itinerary, "afterFailure" | "afterRefusal"> & Partial<Pick<Itinerary, "afterDegraded">>;

const nowhere: Guide = {
  afterFailure: (error) => ({ error }),
  afterRefusal: () => ({ error: undefined }),
};

/** The request once more, for a check: the caller's constraints and budget hold here too. */
async function generateAgain(
  context: ExecutionContext,
  model: string,
  changes: Partial<ChatRequest> | undefined,
  { signal }: HopContext,
): Promise<Completion> {
  const reason = context.permits(model, "check");
  if (reason !== true) throw new NoEligibleModelError({ [model]: reason });
  return generateDirectly({ ...context, signal, chat: { ...context.chat, ...changes } }, model, "check");
}

type Outcome =
  | { readonly completion: Completion; readonly step?: undefined }
  | { readonly completion?: undefined; readonly step: Step };

/** One call and its check. Throws the error that ends the request. */
export async function generateOnce(
  context: ExecutionContext,
  step: Step,
  itinerary: Guide,
): Promise<Outcome> {
  const record = startAttempt(context, step.model, step.hop, step.pass);
  const guard = createGuard(context, record.model.name);
  let completion: Completion;
  try {
    guard.limit(context.options.attemptTimeoutMs, "no answer within attemptTimeoutMs");
    const options = { signal: guard.signal, onDropped: record.dropped, onRateLimit: step.pass?.told };
    completion = await guard.race(() => record.model.generate(context.chat, options));
    checkCompletion(completion, record.model.name);
  } catch (thrown) {
    const error = toTypedError(thrown, record.model, context.signal);
    record.fail(error, mayBeBilled(error) ? "" : undefined);
    return { step: proceed(itinerary.afterFailure(error), record) };
  } finally {
    guard.release(false);
  }
  record.answer(completion);
  const { afterDegraded } = itinerary;
  if (afterDegraded !== undefined) {
    for (const check of context.options.degraded) {
      if (!(await accepts(context, step, check, completion, record)))
        return { step: proceed(afterDegraded(completion), record) };
    }
  }
  if (step.check !== undefined && !(await accepts(context, step, step.check, completion, record)))
    return { step: proceed(itinerary.afterRefusal(completion), record) };
  record.report(undefined);
  return { completion };
}

/** Whether a check accepts the answer of a step. */
async function accepts(
  context: ExecutionContext,
  { model }: Step,
  check: Check,
  answer: Completion,
  record: AttemptRecord,
): Promise<boolean> {
  const verdict = await runCheck(context, check, answer, (changes, hop) =>
    generateAgain(context, model, changes, hop),
  );
  record.checked(verdict);
  return verdict.accepted;
}

/** Reports the attempt with what follows it; throws where nothing does. */
export function proceed(next: Next, record: AttemptRecord): Step {
  if (next.step === undefined) {
    record.report(undefined);
    throw next.error;
  }
  record.report(followedBy(next.step.hop));
  return { ...next.step, after: record };
}

/** A user's own model may return anything. */
function checkCompletion(completion: Completion, model: string): void {
  if (
    !Array.isArray(completion?.choices) ||
    typeof completion.choices[0]?.message !== "object" ||
    completion.choices[0].message === null
  ) {
    throw new ProviderError({ kind: "incomplete", model, summary: "the answer has no choices[0].message" });
  }
}
