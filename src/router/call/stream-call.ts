import {
  type BudgetExceededError,
  type CompletionChunk,
  type DeadlineExceededError,
  isRouterError,
  ProviderError,
  type StoreError,
} from "../../contracts/index.ts";
import { ChunkReader } from "../../plugin/answer/chunk-reader.ts";
import { atHand, type TakeAtHand } from "../../plugin/at-hand.ts";
import type { BoundError } from "../../plugin/bound-error.ts";
import { dropPromises } from "../../plugin/index.ts";
import type { PlannedCall } from "./admit-target.ts";
import { type Assembler, createAssembler, type Received } from "./assembler.ts";
import { type AttemptRecord, startAttempt } from "./attempt-record.ts";
import { callOptions, ownChat } from "./chat-call.ts";
import type { Execution } from "./context.ts";
import { createGuard, type Guard } from "./guard.ts";
import { chatWithin } from "./output-limit.ts";
import { mayBeBilled, toTypedError } from "./typed-error.ts";
import { type OutputWatch, watchOutput } from "./watch-output.ts";

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
  /** True if the end of the answer has been read, and it does not tell of a failure. */
  readonly hasEnded: boolean;
  /** True if the end of the answer has come, and `reason` is not that its caller has left: nothing can take it back. */
  isWhole(reason: unknown): boolean;
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
  return new RunningStream(execution, planned);
}

// A class: a getter in an object literal makes a hidden class a call, which keeps the call alive until a full collection.
class RunningStream implements StreamCall {
  readonly planned: PlannedCall;
  readonly record: AttemptRecord;
  readonly guard: Guard;
  readonly assembler: Assembler;
  readonly held: CompletionChunk[] = [];
  hasBegun = false;
  readonly #execution: Execution;
  readonly #watch: OutputWatch | undefined;
  readonly #shapes: ChunkReader;
  #iterator: AsyncIterator<CompletionChunk> | undefined;
  #takeAtHand: TakeAtHand<CompletionChunk> | undefined;
  #stopped: BoundError | undefined;
  #broken: { readonly error: unknown } | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(execution: Execution, planned: PlannedCall) {
    this.planned = planned;
    this.#execution = execution;
    this.record = startAttempt(execution, planned);
    this.guard = createGuard(execution, planned.model.name);
    this.assembler = createAssembler();
    this.#shapes = new ChunkReader(planned.model.name);
    this.#watch = watchOutput(execution, planned, this.assembler);
  }

  // No async function: one promise less for each chunk.
  next(): Promise<CompletionChunk | undefined> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken.error);
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    return this.guard
      .race(() => this.#pull())
      .then(
        (read) => this.#take(read),
        (error) => this.#endOr(error),
      );
  }

  takeReady(): CompletionChunk | undefined {
    if (this.#takeAtHand === undefined || this.#stopped !== undefined || this.#broken !== undefined)
      return undefined;
    const value = this.guard.isOpen() ? this.#takeAtHand() : undefined;
    if (value === undefined) return undefined;
    try {
      return this.#take({ done: false, value });
    } catch (error) {
      this.#broken = { error };
      return undefined;
    }
  }

  async open(): Promise<void> {
    const { guard, planned, record } = this;
    const { ports } = this.#execution;
    const { model } = planned;
    guard.limit(ports.options.firstTokenTimeoutMs, "no content within firstTokenTimeoutMs");
    // A model may begin as soon as `stream` is called, and not at the first read.
    if (guard.abort.aborted) throw guard.abort.reason;
    const options = callOptions(this.#execution, planned, record, guard, model.stream);
    const chat = ownChat(model.stream, chatWithin(this.#execution, planned.call, record));
    this.#iterator = ports.observer.within(planned.call, () => iteratorOf(model.stream(chat, options)));
    this.#takeAtHand = atHand(this.#iterator);
    while (!this.hasBegun) {
      const chunk = this.takeReady() ?? (await this.next());
      if (chunk === undefined) return;
      this.hasBegun = this.held.push(chunk) > heldLimit || hasContent(chunk);
    }
    record.firstToken();
  }

  fail(thrown: unknown): unknown {
    if (this.#failure !== undefined) return this.#failure.error;
    const error = toTypedError(thrown, this.planned.model, this.#execution);
    this.#failure = { error };
    if (this.hasBegun && carriesText(error)) error.partialText = this.assembler.text;
    this.record.fail(error, this.#receivedBefore(error));
    this.release(false);
    return error;
  }

  /** Returns what is billed: all that has come, unless the provider refused before it wrote anything. */
  #receivedBefore(error: unknown): Received | undefined {
    const isTold = error === this.#shapes.failure && this.#shapes.failure !== undefined;
    if (!isTold && !this.hasBegun && !mayBeBilled(error, this.planned.call)) return undefined;
    return { ...this.assembler.received(), isWhole: isTold, isBroken: breaksOff(error) };
  }

  abandon(): void {
    this.record.abandon(this.assembler.received());
    this.release(true);
  }

  release(abort: boolean): void {
    this.guard.release(abort);
    this.#close();
  }

  #pull(): Promise<IteratorResult<CompletionChunk>> {
    const read = () => (this.#iterator as AsyncIterator<CompletionChunk>).next();
    const { observer } = this.#execution.ports;
    return observer.surrounds ? observer.within(this.planned.call, read) : read();
  }

  get hasEnded(): boolean {
    return this.#shapes.hasEnded && this.#shapes.failure === undefined;
  }

  isWhole(reason: unknown): boolean {
    const { signal } = this.#execution;
    return this.#shapes.hasEnded && !(signal?.aborted && reason === signal.reason);
  }

  /** Ends an answer whose end has come: what its stream does after it no longer matters. Throws for any other. */
  #endOr(error: unknown): undefined {
    if (!this.isWhole(error)) throw error;
    if (this.#shapes.failure !== undefined) throw this.#shapes.failure;
    this.#close();
    return undefined;
  }

  #take(read: IteratorResult<CompletionChunk>): CompletionChunk | undefined {
    if (!read?.done) {
      const chunk = this.#read(read);
      if (chunk === undefined) return undefined;
      this.assembler.add(chunk);
      this.#stopped = this.#watch?.note(chunk);
      // What was read is still delivered; no more of it is paid for.
      if (this.#stopped !== undefined) this.#close();
      return chunk;
    }
    if (this.#shapes.failure !== undefined) throw this.#shapes.failure;
    if (this.assembler.finishReason !== undefined) return undefined;
    const summary = "the stream ended without a finish reason";
    throw new ProviderError({ kind: "incomplete", model: this.planned.model.name, summary });
  }

  #read(read: IteratorResult<CompletionChunk>): CompletionChunk | undefined {
    try {
      return this.#shapes.read(checkChunk(read));
    } catch (error) {
      return this.#endOr(error);
    }
  }

  #close(): void {
    void close(this.#iterator, this.#takeAtHand !== undefined);
  }
}

/** Throws unless something was read that can be a chunk: a user's own model may yield anything. */
function checkChunk(read: IteratorResult<CompletionChunk>): CompletionChunk {
  const chunk: CompletionChunk | undefined = read?.value;
  if (!Array.isArray(chunk?.choices)) {
    dropPromises(read);
    throw new TypeError("a chunk must have choices");
  }
  if (chunk.choices[0]?.delta === undefined) dropPromises(chunk);
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
  if (delta?.content || delta?.refusal || delta?.tool_calls?.length) return true;
  return Boolean(delta?.audio?.data || delta?.audio?.transcript || delta?.images?.length);
}

/** True for an error with which an answer is lost, and not one of ours that hangs up, or an event of the provider's. */
function breaksOff(error: unknown): boolean {
  return isRouterError(error, "provider") && lost.has(error.kind);
}

const lost: ReadonlySet<string> = new Set(["timeout", "connection", "incomplete", "unknown"]);

function carriesText(
  error: unknown,
): error is ProviderError | DeadlineExceededError | BudgetExceededError | StoreError {
  return (
    isRouterError(error, "provider") ||
    isRouterError(error, "deadline-exceeded") ||
    isRouterError(error, "budget-exceeded") ||
    isRouterError(error, "store")
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
