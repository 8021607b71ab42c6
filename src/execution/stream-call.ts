import {
  type BudgetExceededError,
  type CompletionChunk,
  type DeadlineExceededError,
  isRouterError,
  ProviderError,
} from "../contracts/index.ts";
import { atHand, type TakeAtHand } from "../plugin/at-hand.ts";
import { copyOf } from "../plugin/copy-of.ts";
import { dropPromises } from "../plugin/index.ts";
import type { PlannedCall } from "./admit-target.ts";
import { type Assembler, createAssembler } from "./assembler.ts";
import { type AttemptRecord, mayBeBilled, startAttempt, toTypedError } from "./attempt-record.ts";
import { callOptions } from "./chat-call.ts";
import type { Execution } from "./context.ts";
import { createGuard, type Guard } from "./guard.ts";
import { chatWithin } from "./output-limit.ts";
import { watchOutput } from "./watch-output.ts";

/** A streaming call under way. */
export interface StreamCall {
  readonly planned: PlannedCall;
  readonly record: AttemptRecord;
  readonly guard: Guard;
  readonly assembler: Assembler;
  /**
   * Chunks up to and including the first content, refusal or tool-call delta. They are held back because the
   * call may still be replaced.
   */
  readonly held: CompletionChunk[];
  /** True if content has arrived. A stream that ends without any is an answer too. */
  readonly hasBegun: boolean;
  /** Makes the call and reads until `hasBegun`, or to the end. Call it once, before `next`. */
  open(): Promise<void>;
  /** Reads the next chunk after those held. Resolves to undefined at the end. */
  next(): Promise<CompletionChunk | undefined>;
  /** Takes the next chunk if it has been received. Undefined: `next` tells what there is. */
  takeReady(): CompletionChunk | undefined;
  /**
   * Ends the call with an error and returns it as a typed error. If the call had failed already, returns the
   * first error.
   */
  fail(thrown: unknown): unknown;
  /** Ends the call because another call of the request took over. */
  abandon(): void;
  /** Removes timer and listeners and closes the stream. With `abort` it ends a call that still runs. */
  release(abort: boolean): void;
}

/** Starts the record of a call. `open` makes the call. */
export function startStreamCall(execution: Execution, planned: PlannedCall): StreamCall {
  const { ports } = execution;
  const { model } = planned;
  const record = startAttempt(execution, planned);
  const guard = createGuard(execution, model.name);
  const assembler = createAssembler();
  const held: CompletionChunk[] = [];
  let hasBegun = false;
  let iterator: AsyncIterator<CompletionChunk> | undefined;
  const watch = watchOutput(execution, planned, assembler);
  let stopped: BudgetExceededError | undefined;
  let broken: { readonly error: unknown } | undefined;
  let takeAtHand: TakeAtHand<CompletionChunk> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const { observer } = ports;
  const read = () => (iterator as AsyncIterator<CompletionChunk>).next();
  const pull = () => (observer.surrounds ? observer.within(planned.call, read) : read());

  const take = (read: IteratorResult<CompletionChunk>): CompletionChunk | undefined => {
    if (!read?.done) {
      const chunk = checkChunk(read);
      assembler.add(chunk);
      stopped = watch?.note(chunk);
      // What was read is still delivered; no more of it is paid for.
      if (stopped !== undefined) void close(iterator, takeAtHand !== undefined);
      return chunk;
    }
    if (assembler.finishReason !== undefined) return undefined;
    const summary = "the stream ended without a finish reason";
    throw new ProviderError({ kind: "incomplete", model: model.name, summary });
  };
  // No async function: one promise less for each chunk.
  const next = (): Promise<CompletionChunk | undefined> => {
    if (broken !== undefined) return Promise.reject(broken.error);
    return stopped === undefined ? guard.race(pull).then(take) : Promise.reject(stopped);
  };
  const takeReady = (): CompletionChunk | undefined => {
    if (takeAtHand === undefined || stopped !== undefined || broken !== undefined || !guard.isOpen())
      return undefined;
    const value = takeAtHand();
    if (value === undefined) return undefined;
    try {
      return take({ done: false, value });
    } catch (error) {
      broken = { error };
      return undefined;
    }
  };

  const release = (abort: boolean) => {
    guard.release(abort);
    void close(iterator, takeAtHand !== undefined);
  };

  return {
    planned,
    record,
    guard,
    assembler,
    held,
    get hasBegun() {
      return hasBegun;
    },
    next,
    takeReady,
    async open() {
      guard.limit(ports.options.firstTokenTimeoutMs, "no content within firstTokenTimeoutMs");
      // A model may begin as soon as `stream` is called, and not at the first read.
      if (guard.abort.aborted) throw guard.abort.reason;
      const options = callOptions(execution, planned, record, guard, model.stream);
      const chat = copyOf(chatWithin(execution, planned.call, record));
      iterator = observer.within(planned.call, () => iteratorOf(model.stream(chat, options)));
      takeAtHand = atHand(iterator);
      while (!hasBegun) {
        const chunk = takeReady() ?? (await next());
        if (chunk === undefined) return;
        hasBegun = held.push(chunk) > heldLimit || hasContent(chunk);
      }
      record.firstToken();
    },
    fail(thrown) {
      if (failure !== undefined) return failure.error;
      const error = toTypedError(thrown, model, execution);
      failure = { error };
      if (hasBegun && carriesText(error)) error.partialText = assembler.text;
      record.fail(error, hasBegun || mayBeBilled(error) ? assembler.received() : undefined);
      release(false);
      return error;
    },
    abandon() {
      record.abandon(assembler.received());
      release(true);
    },
    release,
  };
}

/** Throws unless something was read that can be a chunk: a user's own model may yield anything. */
function checkChunk(read: IteratorResult<CompletionChunk>): CompletionChunk {
  const chunk: CompletionChunk | undefined = read?.value;
  if (!Array.isArray(chunk?.choices)) {
    dropPromises(read);
    throw new TypeError("a chunk must have choices");
  }
  // Some servers leave out the delta where there is nothing new.
  const choice = chunk.choices[0];
  if (choice !== undefined && choice?.delta === undefined) dropPromises(chunk);
  return chunk;
}

/** Returns the iterator of a stream. An async function in place of an async generator returns a promise. */
function iteratorOf(chunks: AsyncIterable<CompletionChunk>): AsyncIterator<CompletionChunk> {
  const begin: unknown = chunks?.[Symbol.asyncIterator];
  const iterator: unknown = typeof begin === "function" ? begin.call(chunks) : undefined;
  if (typeof (iterator as AsyncIterator<CompletionChunk> | undefined)?.next === "function")
    return iterator as AsyncIterator<CompletionChunk>;
  dropPromises([chunks, iterator]);
  throw new TypeError("stream() must return an async iterable");
}

/** Largest number of chunks that are held back. With one more the stream counts as begun. */
const heldLimit = 1_024;

function hasContent(chunk: CompletionChunk): boolean {
  const delta = chunk.choices[0]?.delta;
  return Boolean(delta?.content || delta?.refusal || delta?.tool_calls?.length);
}

function carriesText(error: unknown): error is ProviderError | DeadlineExceededError | BudgetExceededError {
  return (
    isRouterError(error, "provider") ||
    isRouterError(error, "deadline-exceeded") ||
    isRouterError(error, "budget-exceeded")
  );
}

/** Closes the stream, since no more of it is read. Its errors no longer matter. */
async function close(iterator: AsyncIterator<CompletionChunk> | undefined, isOurs: boolean): Promise<void> {
  try {
    const returned = await iterator?.return?.();
    // A user's own may hold promises that reject.
    if (!isOurs) dropPromises(returned);
  } catch {
    // The call is over.
  }
}
