import { type Completion, type CompletionChunk, isRouterError, ProviderError } from "../contracts/index.ts";
import { createAssembler } from "./assembler.ts";
import { mayBeBilled, startAttempt, toTypedError } from "./attempt-record.ts";
import type { ExecutionContext } from "./context.ts";
import { enter } from "./enter.ts";
import { generateOnce, proceed } from "./generate.ts";
import { createGuard } from "./guard.ts";
import { createItinerary, type Next, type Step } from "./itinerary.ts";
import { toChunks } from "./to-chunks.ts";

/**
 * Walks through the plan and yields the chunks of the answer that stands; returns it whole. Until
 * the first content, refusal or tool-call delta a failed call is retried or replaced unseen; after
 * it nothing is, and the error carries the text received. A step with a check is called without
 * streaming: nothing reaches the caller before the check has accepted.
 */
export async function* stream(
  context: ExecutionContext,
): AsyncGenerator<CompletionChunk, Completion, undefined> {
  const itinerary = createItinerary(context);
  const afterFailure = (error: unknown) => itinerary.afterFailure(error);
  let step = itinerary.first();
  for (;;) {
    if (step.delayMs > 0 || context.admission !== undefined) step = await enter(context, itinerary, step);
    const { pass } = step;
    try {
      if (step.check === undefined) {
        const outcome = yield* streamOnce(context, step, afterFailure);
        if (outcome.completion !== undefined) return outcome.completion;
        step = outcome.step;
      } else {
        const outcome = await generateOnce(context, step, afterFailure, () => itinerary.afterRefusal());
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
  afterFailure: (error: unknown) => Next,
): AsyncGenerator<CompletionChunk, Outcome, undefined> {
  const record = startAttempt(context, step.model, step.hop, step.pass);
  const guard = createGuard(context, record.model.name);
  const assembler = createAssembler();
  // Chunks before the first content: a role, an empty delta. Held back, since the call may yet be replaced.
  let held: CompletionChunk[] | undefined = [];
  let settled = false;
  let iterator: AsyncIterator<CompletionChunk> | undefined;
  try {
    guard.limit(context.options.firstTokenTimeoutMs, "no content within firstTokenTimeoutMs");
    const options = { signal: guard.signal, onDropped: record.dropped, onRateLimit: step.pass?.told };
    const opened = record.model.stream(context.chat, options)[Symbol.asyncIterator]();
    iterator = opened;
    for (;;) {
      const { done, value: chunk } = await guard.race(() => opened.next());
      if (done) break;
      assembler.add(chunk);
      if (held === undefined) yield chunk;
      else if (held.push(chunk) > heldLimit || hasContent(chunk)) {
        record.firstToken();
        const first: readonly CompletionChunk[] = held;
        held = undefined;
        yield* first;
      }
      if (held === undefined)
        guard.limit(context.options.idleTimeoutMs, "no further chunk within idleTimeoutMs");
    }
    if (assembler.finishReason === undefined) {
      throw new ProviderError({
        kind: "incomplete",
        model: record.model.name,
        summary: "the stream ended without a finish reason",
      });
    }
    settled = true;
  } catch (thrown) {
    settled = true;
    const error = toTypedError(thrown, record.model, context.signal);
    if (held === undefined && isRouterError(error, "provider")) error.partialText = assembler.text;
    const billed = held === undefined || mayBeBilled(error);
    record.fail(error, billed ? assembler.text : undefined);
    return { step: proceed(afterFailure(error), record.report) };
  } finally {
    // The consumer left: the call is over, and paid for as far as it went.
    if (!settled) {
      record.fail(new DOMException("the consumer stopped reading", "AbortError"), assembler.text);
      record.report(undefined);
    }
    guard.release(!settled);
    void iterator?.return?.()?.then(undefined, ignore);
  }
  const completion = assembler.completion();
  record.succeed({ usage: completion.usage, model: completion.model, finishReason: assembler.finishReason });
  record.report(undefined);
  // An answer without content (a mere finish reason) is an answer too.
  if (held !== undefined) yield* held;
  return { completion };
}

/** Chunks without content are few; one more than this is passed on as it is. */
const heldLimit = 1_024;

function hasContent(chunk: CompletionChunk): boolean {
  const delta = chunk.choices[0]?.delta;
  return Boolean(delta?.content || delta?.refusal || delta?.tool_calls?.length);
}

function ignore(): void {}
