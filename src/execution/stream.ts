import type { Completion, CompletionChunk } from "../contracts/index.ts";
import type { ExecutionContext } from "./context.ts";
import { enter } from "./enter.ts";
import { generate, generateOnce, proceed } from "./generate.ts";
import { createItinerary, type Itinerary, type Step } from "./itinerary.ts";
import { openStream } from "./open-stream.ts";
import { toChunks } from "./to-chunks.ts";

/**
 * Walks through the plan and yields the chunks of the answer that stands; returns it whole. Until
 * the first content, refusal or tool-call delta a failed call is retried or replaced unseen; after
 * it nothing is, and the error carries the text received. A step with a check, and every step where
 * answers may be degraded, is called without streaming: nothing reaches the caller before the checks
 * have accepted.
 *
 * An abort or the deadline may come while the consumer is away, and he may never come back: the call
 * then gives back what it holds at once, and `onEndWhileAway` hears what the next chunk will reject with.
 */
export async function* stream(
  context: ExecutionContext,
  onEndWhileAway: (error: unknown) => void = ignore,
): AsyncGenerator<CompletionChunk, Completion, undefined> {
  if (context.options.degraded.length > 0) {
    const completion = await generate(context);
    yield* toChunks(completion);
    return completion;
  }
  const itinerary = createItinerary(context);
  let step = itinerary.first();
  for (;;) {
    if (step.delayMs > 0 || context.admission !== undefined) step = await enter(context, itinerary, step);
    const { pass } = step;
    try {
      if (step.check === undefined) {
        const outcome = yield* streamOnce(context, step, itinerary, onEndWhileAway);
        if (outcome.completion !== undefined) return outcome.completion;
        step = outcome.step;
      } else {
        const outcome = await generateOnce(context, step, itinerary);
        if (outcome.completion !== undefined) {
          yield* toChunks(outcome.completion);
          return outcome.completion;
        }
        step = outcome.step;
      }
    } finally {
      pass?.end();
    }
  }
}

type Outcome =
  | { readonly completion: Completion; readonly step?: undefined }
  | { readonly completion?: undefined; readonly step: Step };

async function* streamOnce(
  context: ExecutionContext,
  step: Step,
  itinerary: Itinerary,
  onEndWhileAway: (error: unknown) => void,
): AsyncGenerator<CompletionChunk, Outcome, undefined> {
  const opened = await openStream(context, step, itinerary);
  if (opened.call === undefined) return { step: opened.step };
  const { call } = opened;
  const { record, guard, assembler } = call;
  let settled = false;
  let endedWhileAway: { readonly error: unknown } | undefined;
  guard.whenAway((reason) => {
    const error = call.fail(reason);
    endedWhileAway = { error };
    settled = true;
    record.report(undefined);
    onEndWhileAway(error);
  });
  try {
    if (call.hasBegun) {
      yield* call.held.splice(0);
      for (;;) {
        guard.limit(context.options.idleTimeoutMs, "no further chunk within idleTimeoutMs");
        const chunk = await call.next();
        if (chunk === undefined) break;
        yield chunk;
      }
    }
    settled = true;
  } catch (thrown) {
    settled = true;
    // What came first stands, though an abort may have followed the deadline.
    if (endedWhileAway !== undefined) throw endedWhileAway.error;
    return { step: proceed(itinerary.afterFailure(call.fail(thrown)), record) };
  } finally {
    // The consumer left: the call is over, and paid for as far as it went.
    if (!settled) {
      record.fail(new DOMException("the consumer stopped reading", "AbortError"), assembler.text);
      record.report(undefined);
    }
    call.release(!settled);
  }
  const completion = assembler.completion();
  record.answer(completion);
  record.report(undefined);
  // An answer without content (a mere finish reason) is an answer too.
  if (!call.hasBegun) yield* call.held;
  return { completion };
}

function ignore(): void {}
