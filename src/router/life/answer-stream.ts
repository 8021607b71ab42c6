import type {
  Completion,
  CompletionChunk,
  Decision,
  RouteOptions,
  RouteRequest,
  RouteResult,
} from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { handsOver } from "../../plugin/at-hand.ts";
import { CallAbort } from "../../plugin/call-abort.ts";
import { deepFreeze } from "../../plugin/deep-freeze.ts";
import { ignore } from "../../plugin/ignore.ts";
import { wasLeft } from "../../plugin/was-left.ts";
import { watch } from "../../plugin/watch.ts";
import type { AnswerReader } from "../call/index.ts";
import { checkPlain } from "../request/index.ts";
import { checkSignal, signalOf } from "./check-signal.ts";
import { requestParts } from "./late-parts.ts";
import type { LifeCycle } from "./life-cycle.ts";
import { nativeOf } from "./native-of.ts";
import { nest } from "./nest.ts";

interface KeptChunks {
  readonly chunks: CompletionChunk[];
  /** Number of those that were taken. */
  at: number;
  reading: Promise<void> | undefined;
  error: { readonly error: unknown } | undefined;
}

type Chunk = IteratorResult<CompletionChunk, undefined>;
const done: Chunk = { done: true, value: undefined };

/**
 * The iterator of a stream. Its request may end while the consumer is away, perhaps for good, or has not come
 * yet: by the caller's signal or the deadline. It then gives back at once what it holds, `result` rejects, and
 * so does the next read. A consumer that leaves ends the request too, also during a read of its own.
 */
export class AnswerStream<Id extends string> implements AsyncIterableIterator<CompletionChunk, undefined> {
  readonly decision: Promise<Decision<Id>>;
  readonly result: Promise<RouteResult<Id>>;
  readonly #life: LifeCycle<Id>;
  /** Ends what the request has under way: for the caller's signal, the deadline, or a consumer that leaves. */
  readonly #abort = new CallAbort();
  #resolve: (result: RouteResult<Id>) => void = ignore;
  #reject: (error: unknown) => void = ignore;
  #endWatch: () => void = ignore;
  /** The caller's own. */
  #signal: AbortSignal | undefined;
  #reader: AnswerReader | undefined;
  #isReading = false;
  /** Reads that were asked for during another one. */
  readonly #queue: (() => void)[] = [];
  /** Error that has ended the request, perhaps while the consumer was away. `isLate`: the deadline's, during a read. */
  #ended: { readonly error: unknown; readonly isLate?: true } | undefined;
  /** True once the request has ended with its answer, which may be before all of it was read. */
  #isAnswered = false;
  /** True once there is nothing more to read: the answer is complete, its error is told, or the consumer left. */
  #isOver = false;
  #isTaken = false;
  #hasLeft = false;
  /** Chunks that were read for a caller that waits for the result alone: an iteration that comes later begins with it. */
  #kept: KeptChunks | undefined;

  constructor(
    life: LifeCycle<Id>,
    request: RouteRequest<Id>,
    options: RouteOptions | undefined,
    isClosed: boolean,
    clock: Clock,
  ) {
    this.#life = life;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // It rejects when the iteration does, and a caller may look at the iteration only.
    this.result.catch(ignore);
    this.decision = this.#decide(request, options, isClosed, clock);
    // Also if the stream is never iterated.
    this.decision.catch((error) => this.#fail(error));
  }

  async #decide(
    request: RouteRequest<Id>,
    options: RouteOptions | undefined,
    isClosed: boolean,
    clock: Clock,
  ): Promise<Decision<Id>> {
    const decided = nest(() => {
      const signal = signalOf(options);
      this.#signal = signal;
      checkSignal(signal);
      this.#life.begin(request, this.#abort.asSignal(), isClosed, nativeOf(options));
      checkPlain(request);
      this.#life.keep();
      // Two watches, so that the caller's abort still counts after the deadline's timer.
      const endTimer = watch(clock, { ms: this.#life.leftMs(), onTime: () => this.#endLate() });
      const endSignal = watch(clock, { signal, onAbort: (reason) => this.#end(reason) });
      this.#endWatch = () => {
        endTimer();
        endSignal();
      };
      return this.#life.decide();
    });
    // The caller has it before the calls that it decides are made.
    return deepFreeze((await decided).decision);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** An iteration has begun: from now on it alone reads. */
  take(): void {
    this.#isTaken = true;
  }

  /** Reads the answer if no iteration has begun by the time of the decision, for a caller that waits for the result. */
  readUnlessTaken(): void {
    if (this.#kept !== undefined) return;
    const kept: KeptChunks = { chunks: [], at: 0, reading: undefined, error: undefined };
    this.#kept = kept;
    // A decision that fails is told by the result.
    kept.reading = this.decision.then(() => this.#keep(kept), ignore);
  }

  async #keep(kept: KeptChunks): Promise<void> {
    try {
      while (!this.#isTaken) {
        const { done: isDone, value } = await this.#read();
        if (isDone) return;
        kept.chunks.push(value);
      }
    } catch (error) {
      kept.error = { error };
    }
  }

  /** Takes what was kept, and then reads on. */
  async #nextKept(kept: KeptChunks): Promise<Chunk> {
    await kept.reading;
    const value = kept.chunks[kept.at];
    if (value !== undefined && !this.#hasLeft) {
      kept.at += 1;
      return { done: false, value };
    }
    if (this.#kept === kept) this.#kept = undefined;
    const { error: failed } = kept;
    kept.error = undefined;
    if (failed !== undefined && !this.#hasLeft) throw failed.error;
    return this.next();
  }

  next(): Promise<Chunk> {
    if (this.#kept !== undefined) return this.#nextKept(this.#kept);
    if (!this.#isReading) return this.#read();
    return new Promise((resolve) => {
      this.#queue.push(() => resolve(this.#read()));
    });
  }

  /** Takes a chunk that is there. A read that waits for another one is first. */
  takeReady(): CompletionChunk | undefined {
    if (this.#isReading || this.#isOver || this.#ended !== undefined || this.#kept !== undefined)
      return undefined;
    return this.#reader?.takeReady();
  }

  static {
    handsOver(AnswerStream.prototype.next, AnswerStream.prototype.takeReady);
  }

  async return(value?: undefined): Promise<Chunk> {
    this.#leave(new DOMException("the consumer stopped reading", "AbortError"));
    return { done: true, value };
  }

  async throw(error: unknown): Promise<Chunk> {
    this.#leave(error);
    throw error;
  }

  async #read(): Promise<Chunk> {
    if (this.#isOver) {
      // No read comes that would begin those which wait.
      for (const begin of this.#queue.splice(0)) begin();
      return done;
    }
    this.#isReading = true;
    try {
      if (this.#ended !== undefined) throw this.#ended.error;
      const chunk = await (this.#reader === undefined ? this.#readFirst() : this.#reader.next());
      if (chunk === undefined) return this.#finish(this.#reader as AnswerReader);
      this.#forgiveDeadline();
      // The deadline passed during the read, too late for its guards, and the consumer may never read on. What
      // was read is in the error's text, so it is delivered; the next read tells the error.
      if (this.#ended !== undefined) {
        const { error } = this.#ended as { readonly error: unknown };
        this.#abort.abort(error);
        this.#fail(error);
      }
      return { done: false, value: chunk };
    } catch (error) {
      this.#abort.abort(error);
      this.#fail(error);
      if (this.#isOver) return done;
      this.#isOver = true;
      throw error;
    } finally {
      this.#isReading = false;
      this.#queue.shift()?.();
    }
  }

  async #readFirst(): Promise<CompletionChunk | undefined> {
    await this.decision;
    return nest(() => {
      const { readAnswer, replayAnswer } = requestParts.get();
      const kept = this.#life.fromCache();
      this.#reader =
        kept === undefined
          ? readAnswer(this.#life.execution(), (error) => this.#fail(error))
          : replayAnswer(kept);
      return this.#reader.next();
    });
  }

  #finish(reader: AnswerReader): Chunk {
    this.#answer(reader.completion());
    this.#isOver = true;
    return done;
  }

  #answer(completion: Completion): void {
    if (this.#isAnswered) return;
    // Throws for an answer that does not validate, and the request then fails.
    this.#life.outputOf(completion);
    this.#isAnswered = true;
    this.#endWatch();
    this.#resolve(this.#life.finish(completion));
  }

  #leave(error: unknown): void {
    this.#hasLeft = true;
    const isEnded = this.#isOver || this.#isAnswered;
    this.#isOver = true;
    if (!isEnded) this.#end(error);
  }

  /** Ends the request, whatever it is doing. A read under way rejects and reports the error. */
  #end(error: unknown): void {
    const isFirst = this.#ended === undefined;
    this.#ended ??= { error };
    // Also after the deadline's timer, which may be early: it leaves a read under way to its own guards.
    this.#abort.abort(error);
    if (isFirst && !this.#isReading) this.#fail(error);
  }

  /** Ends the request at its deadline, unless all was read by then. A read under way ends by its own guards, which know what it waited for. */
  #endLate(): void {
    const error = this.#life.deadlineError();
    if (this.#isReading) this.#ended ??= { error, isLate: true };
    else if (this.#reader?.isTaken() !== true || !this.#isAnsweredInTime()) this.#end(error);
  }

  #forgiveDeadline(): void {
    if (this.#ended?.isLate === true && this.#isAnsweredInTime()) this.#ended = undefined;
  }

  /**
   * True if the whole answer is there as the deadline passes: it is the answer, as without streaming, and the
   * request ends with it now, since its consumer may never read on.
   */
  #isAnsweredInTime(): boolean {
    const whole = this.#abort.aborted ? undefined : this.#reader?.whole();
    if (whole === undefined) return false;
    whole
      .then((completion) => {
        if (this.#ended !== undefined) return;
        if (completion === undefined) this.#end(this.#life.deadlineError());
        else this.#answer(completion);
      })
      .catch((error) => this.#fail(error));
    return true;
  }

  #fail(error: unknown): void {
    this.#endWatch();
    // Our own signal ends what is under way after any error.
    const isAborted =
      wasLeft(error, this.#signal) ||
      (this.#ended?.error === error && wasLeft(error, this.#abort.asSignal()));
    this.#ended ??= { error };
    if (this.#life.fail(error, isAborted)) this.#reject(error);
  }
}
