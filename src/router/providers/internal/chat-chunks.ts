import { type CompletionChunk, isRouterError, ProviderError } from "../../../contracts/index.ts";
import { ChunkReader } from "../../../plugin/answer/chunk-reader.ts";
import { handsOver } from "../../../plugin/at-hand.ts";
import type { Aborting } from "../../../plugin/call-abort.ts";
import { errorText } from "../../../plugin/error-text.ts";
import { type BodyReader, bodyReader } from "../../../plugin/http/body-reader.ts";
import { AFTER_END_MS, settles, toBytes } from "../../../plugin/http/read-bounded.ts";
import { SseLimitError, SseReader } from "../../../plugin/http/sse-reader.ts";
import { ChunkParser } from "./chunk-parser.ts";
import { incomplete } from "./incomplete.ts";
import { failureOf, isRefusalAlone } from "./openai-errors.ts";
import { holdsExtras } from "./openai-messages.ts";
import type { Provenance } from "./provenance.ts";

export interface ChunkSource {
  /** Name of the model, for errors. */
  readonly model: string;
  /** See `writerOf`. */
  readonly writer: string;
  /** See `FailureOptions`. */
  readonly isEngine?: boolean | undefined;
  readonly signal: Aborting;
  /** Sends the request; called at the first read. */
  open(): Promise<{
    readonly source: unknown;
    readonly headers: Headers;
    /** Ends the call; `whole` if the body was read to its end. */
    end(whole: boolean): void;
  }>;
}

type Open = Awaited<ReturnType<ChunkSource["open"]>>;
type Result = IteratorResult<CompletionChunk, undefined>;
const over: Result = { done: true, value: undefined };

/**
 * The chunks of a streamed answer of chat completions. One object instead of a chain of generators: the chunks
 * that a piece completes wait in a list, and are returned without another turn of the event loop.
 *
 * Once the answer has ended with a finish reason it is complete: the rest of the stream (usage, an end mark) is
 * awaited for a second in all, and an error no longer matters.
 */
export class ChatChunks implements AsyncIterableIterator<CompletionChunk, undefined> {
  readonly #from: ChunkSource;
  readonly #events = new SseReader();
  readonly #parser = new ChunkParser();
  readonly #shapes: ChunkReader;
  #open: Open | undefined;
  #reader: BodyReader | undefined;
  #chunks: CompletionChunk[] = [];
  #at = 0;
  #failure: { readonly error: unknown } | undefined;
  /** True once nothing more is read: chunks may still wait. */
  #isRead = false;
  #isOver = false;
  /** True once the mark that ends the stream has come. */
  #isMarked = false;
  /** Set by the first read after the end: the consumer may take its time before. */
  #until: number | undefined;
  #isSigned = false;
  #isReleased = false;
  #pending: Promise<Result> | undefined;
  /** True while a read waits. A function that ends without waiting ends before its promise is there. */
  #isAdvancing = false;

  constructor(from: ChunkSource) {
    this.#from = from;
    this.#shapes = new ChunkReader(from.model);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    if (this.#pending !== undefined) {
      const after = (): Promise<Result> => this.next();
      return this.#pending.then(after, after);
    }
    if (this.#at < this.#chunks.length && !this.#from.signal.aborted) return Promise.resolve(this.#take());
    if (this.#isOver) return Promise.resolve(over);
    this.#isAdvancing = true;
    const pending = this.#advance();
    if (this.#isAdvancing) this.#pending = pending;
    return pending;
  }

  /** Takes a chunk that waits. A read that waits for another one is first. */
  takeReady(): CompletionChunk | undefined {
    if (this.#pending !== undefined || this.#at >= this.#chunks.length || this.#from.signal.aborted)
      return undefined;
    return this.#take().value;
  }

  static {
    handsOver(ChatChunks.prototype.next, ChatChunks.prototype.takeReady);
  }

  async return(): Promise<Result> {
    this.#close(false);
    return over;
  }

  async throw(error: unknown): Promise<Result> {
    this.#close(false);
    throw error;
  }

  #take(): IteratorYieldResult<CompletionChunk> {
    const value = this.#chunks[this.#at] as CompletionChunk;
    this.#at += 1;
    return { done: false, value };
  }

  async #advance(): Promise<Result> {
    const { signal, model } = this.#from;
    try {
      signal.throwIfAborted();
      if (this.#open === undefined) await this.#start();
      for (;;) {
        signal.throwIfAborted();
        if (this.#at < this.#chunks.length) return this.#take();
        if (this.#isOver) return over;
        if (this.#failure !== undefined) throw this.#failure.error;
        if (this.#isRead) break;
        await this.#read();
      }
      if (!this.#shapes.hasEnded) throw incomplete(model, "the stream ended without a finish reason");
      if (this.#shapes.failure !== undefined) throw this.#shapes.failure;
      this.#close(true);
      return over;
    } catch (error) {
      this.#close(false);
      throw signal.aborted ? signal.reason : error;
    } finally {
      this.#isAdvancing = false;
      this.#pending = undefined;
    }
  }

  async #start(): Promise<void> {
    const open = await this.#from.open();
    this.#open = open;
    if (this.#isOver) {
      open.end(false);
      return;
    }
    if (open.source === undefined || open.source === null) this.#isRead = true;
    else this.#reader = bodyReader(open.source);
  }

  /** Reads a piece, and the chunks that it completes. */
  async #read(): Promise<void> {
    const reader = this.#reader as BodyReader;
    try {
      // Mostly the end of the body comes with that of the answer: no timer is then needed to wait for it.
      const waits = (this.#shapes.hasEnded || this.#isMarked) && reader.atEnd?.() !== true;
      const reading = reader.read();
      if (waits) {
        this.#until ??= performance.now() + AFTER_END_MS;
        if (!(await settles(reading, Math.max(0, this.#until - performance.now())))) {
          this.#isRead = true;
          this.#release(false);
          return;
        }
      }
      const { done, value } = await reading;
      this.#chunks = [];
      this.#at = 0;
      if (done) this.#isRead = true;
      const events = done ? this.#events.end() : this.#events.push(toBytes(value));
      if (!this.#isMarked) for (const data of events) if (!this.#add(data)) break;
    } catch (error) {
      this.#fail(this.#readFailure(error));
    }
  }

  /** Adds the chunk of an event; returns false if nothing after it counts. */
  #add(data: string): boolean {
    if (data.startsWith("[DONE]")) {
      this.#isMarked = true;
      const end = this.#shapes.missingEnd();
      if (end !== undefined) this.#chunks.push(this.#signed(end));
      return false;
    }
    const { model } = this.#from;
    try {
      const chunk = this.#parser.parse(data) as CompletionChunk & { readonly error?: unknown };
      if (this.#parser.isLikeBefore) {
        // All that is checked is that of the chunk before.
        this.#until = undefined;
        this.#shapes.sawText(chunk.choices[0]?.delta.content);
        this.#chunks.push(chunk);
        return true;
      }
      if (chunk?.error) throw failureOf(chunk.error, model, undefined, this.#open?.headers, this.#from);
      if (Array.isArray(chunk?.choices)) this.#chunks.push(this.#checked(chunk));
      // Some refusals carry no `error`. Other events without choices, such as pings, are skipped.
      else if (isRefusalAlone(chunk)) throw failureOf(chunk, model, undefined, undefined, this.#from);
      return true;
    } catch (error) {
      this.#fail(this.#readFailure(error));
      return false;
    }
  }

  #checked(parsed: CompletionChunk): CompletionChunk {
    const chunk = this.#shapes.read(parsed);
    if (chunk.choices[0] === undefined) return chunk;
    this.#until = undefined;
    return this.#signed(chunk);
  }

  /** Names the writer of what only that model can read, once. */
  #signed(chunk: CompletionChunk): CompletionChunk {
    const delta = chunk.choices[0]?.delta;
    if (this.#isSigned || delta === undefined || !holdsExtras(delta)) return chunk;
    this.#isSigned = true;
    Object.assign(delta, { written_by: this.#from.writer } satisfies Provenance);
    return chunk;
  }

  /** Ends the reading by an error, which does not matter after the end of the answer. */
  #fail(error: unknown): void {
    this.#isRead = true;
    if (!this.#shapes.hasEnded) this.#failure = { error };
    this.#release(false);
  }

  #readFailure(error: unknown): unknown {
    if (isRouterError(error)) return error;
    const { model } = this.#from;
    if (error instanceof SseLimitError)
      return new ProviderError({ kind: "incomplete", model, retryable: false, summary: error.message });
    const detail = errorText(error);
    return incomplete(model, "the answer broke off or cannot be read", detail);
  }

  #close(whole: boolean): void {
    this.#isOver = true;
    this.#chunks = [];
    this.#at = 0;
    this.#release(whole);
  }

  /** Gives the connection up: back to the pool, or closed if something of the answer is left. */
  #release(whole: boolean): void {
    const open = this.#open;
    const reader = this.#reader;
    this.#reader = undefined;
    if (open === undefined || this.#isReleased) return;
    this.#isReleased = true;
    if (!whole) reader?.cancel();
    open.end(whole);
  }
}
