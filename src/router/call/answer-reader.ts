import type { Completion, CompletionChunk } from "../../contracts/index.ts";
import { ignore } from "../../plugin/ignore.ts";
import type { Execution } from "./context.ts";
import { callOnce, follow, generate, readOutput } from "./generate.ts";
import { openStream } from "./open-stream.ts";
import { noteIfCut } from "./output-limit.ts";
import type { StreamCall } from "./stream-call.ts";
import { toChunks } from "./to-chunks.ts";
import { type Move, Walk } from "./walk.ts";

/** Reads the answer of a request chunk by chunk. One `next` at a time. */
export interface AnswerReader {
  /** Resolves to the next chunk, undefined at the end. Rejects with the error that ends the request. */
  next(): Promise<CompletionChunk | undefined>;
  /** Takes the next chunk if it is there. Undefined: `next` tells what there is. Not while a `next` is under way. */
  takeReady(): CompletionChunk | undefined;
  /**
   * Returns the whole answer if its end has come and what is left is to deliver it; undefined else. Its call is
   * ended, whether or not a reader comes back. Resolves to undefined if the answer is not accepted and another is asked for.
   */
  whole(): Promise<Completion | undefined> | undefined;
  /** False while chunks that have arrived wait to be taken. */
  isTaken(): boolean;
  /** Returns the whole answer, after the last chunk. */
  completion(): Completion;
}

/**
 * Follows the attempt plan and reads its answer. Until the first content, refusal or tool-call delta, a
 * failed call is retried or replaced without the consumer noticing; after it no call is, and the error
 * carries the text received. A step with a check, and every step if answers may be degraded, is called
 * without streaming: nothing reaches the consumer before the checks have accepted.
 *
 * An abort or the deadline may come while the consumer is away, perhaps for good. The call then gives back
 * what it holds at once, and `onEndWhileAway` is called with the error that the next read rejects with.
 */
export function readAnswer(execution: Execution, onEndWhileAway: (error: unknown) => void): AnswerReader {
  return new Reader(execution, onEndWhileAway);
}

class Reader implements AnswerReader {
  readonly #execution: Execution;
  readonly #onEndWhileAway: (error: unknown) => void;
  readonly #walk: Walk;
  /** Chunks that have arrived, and the number of them that were read. */
  #ready: readonly CompletionChunk[] = [];
  #read = 0;
  #call: StreamCall | undefined;
  /** Work on the end of an answer that came while its reader was away. */
  #ending: Promise<void> | undefined;
  #completion: Completion | undefined;
  /** Error that ended the request, perhaps while the consumer was away. */
  #ended: { readonly error: unknown } | undefined;

  constructor(execution: Execution, onEndWhileAway: (error: unknown) => void) {
    this.#execution = execution;
    this.#onEndWhileAway = onEndWhileAway;
    this.#walk = new Walk(execution);
  }

  // Not an async function for chunks of the running call: one promise less per chunk.
  next(): Promise<CompletionChunk | undefined> {
    const call = this.#call;
    const isStreaming = call?.hasBegun && this.#ended === undefined && this.#read === this.#ready.length;
    return isStreaming ? this.#continue(call) : this.#advance();
  }

  takeReady(): CompletionChunk | undefined {
    if (this.#ended !== undefined) return undefined;
    const chunk = this.#ready[this.#read];
    if (chunk === undefined) return this.#call?.hasBegun === true ? this.#call.takeReady() : undefined;
    this.#read += 1;
    return chunk;
  }

  async #advance(): Promise<CompletionChunk | undefined> {
    for (;;) {
      if (this.#ended !== undefined) throw this.#ended.error;
      const chunk = this.#ready[this.#read];
      if (chunk !== undefined) {
        this.#read += 1;
        return chunk;
      }
      if (this.#completion !== undefined) return undefined;
      if (this.#ending !== undefined) await this.#endingOnce();
      else if (this.#call !== undefined) return this.#continue(this.#call);
      else await this.#open();
    }
  }

  whole(): Promise<Completion | undefined> | undefined {
    const call = this.#call;
    if (call?.hasEnded === true) this.#endAway(call);
    if (this.#ending !== undefined) return this.#ending.then(() => this.#completion);
    return this.#completion === undefined ? undefined : Promise.resolve(this.#completion);
  }

  isTaken(): boolean {
    return this.#read === this.#ready.length;
  }

  completion(): Completion {
    return this.#completion as Completion;
  }

  /** Makes calls until one has content, or an answer is complete. */
  async #open(): Promise<void> {
    const execution = this.#execution;
    try {
      const mustBeWhole = execution.ports.options.degraded.length > 0 || execution.output?.repair === true;
      if (mustBeWhole) this.#whole(await generate(execution));
      else await this.#follow(this.#walk.begin());
    } catch (error) {
      this.#ended ??= { error };
      throw error;
    }
  }

  async #follow(first: Move | Promise<Move>): Promise<void> {
    let moving = first;
    for (;;) {
      const move = moving instanceof Promise ? await moving : moving;
      if (move.call === undefined) {
        if (move.completion !== undefined) this.#whole(move.completion);
        return;
      }
      this.#walk.confirm(move.call);
      if (move.call.check !== undefined) {
        moving = follow(this.#walk, await callOnce(this.#execution, move.call));
        continue;
      }
      const opened = await openStream(this.#execution, this.#walk, move.call);
      if (opened.failed === undefined) return this.#begin(opened.call);
      const { call, error } = opened.failed;
      moving = this.#walk.failed(call.planned, call.record, error, call);
    }
  }

  #begin(call: StreamCall): void {
    this.#call = call;
    this.#show(call.hasBegun ? call.held.splice(0) : []);
    call.guard.whenAway((reason) => {
      if (call.isWhole(reason)) {
        this.#endAway(call);
        return;
      }
      const error = call.fail(reason);
      this.#ended = { error };
      call.record.report(undefined);
      this.#onEndWhileAway(error);
    });
  }

  /** Reads the next chunk of the running call, or ends the request with its answer. */
  async #continue(call: StreamCall): Promise<CompletionChunk | undefined> {
    try {
      if (call.hasBegun) {
        call.guard.limit(
          this.#execution.ports.options.idleTimeoutMs,
          "no further chunk within idleTimeoutMs",
        );
        const chunk = await call.next();
        if (chunk !== undefined) return chunk;
      }
    } catch (thrown) {
      return this.#afterFailure(call, thrown);
    }
    return this.#afterEnd(call);
  }

  async #afterFailure(call: StreamCall, thrown: unknown): Promise<CompletionChunk | undefined> {
    // The first end counts, although an abort may have followed the deadline.
    if (this.#ended !== undefined) throw this.#ended.error;
    this.#call = undefined;
    const error = call.fail(thrown);
    try {
      await this.#follow(this.#walk.failed(call.planned, call.record, error, call));
    } catch (ending) {
      this.#ended = { error: ending };
      throw ending;
    }
    return this.#advance();
  }

  async #afterEnd(call: StreamCall): Promise<CompletionChunk | undefined> {
    // A deadline that passed just before this read has ended it already, with its whole answer.
    if (this.#call === call) await this.#end(call);
    return this.#advance();
  }

  #endAway(call: StreamCall): void {
    this.#ending = this.#end(call);
    this.#ending.catch(ignore);
  }

  /** Waits for an end that came while the reader was away. Another call may then be there to read. */
  #endingOnce(): Promise<void> | undefined {
    const ending = this.#ending;
    this.#ending = undefined;
    return ending;
  }

  /** Ends the call with its answer, or goes on with another one if it is degraded and no part of it was delivered. */
  async #end(call: StreamCall): Promise<void> {
    this.#call = undefined;
    call.release(false);
    const completion = call.assembler.completion();
    call.record.answer(completion);
    const isInvalid = await this.#isInvalid(call, completion);
    const isCut = noteIfCut(this.#execution, call.planned.call, call.record, completion);
    // A limit may have been used up by reasoning: another call can still answer.
    if ((isCut || isInvalid) && !call.hasBegun) {
      await this.#follow(this.#walk.answered(call.planned, call.record, completion, "degraded"));
      return;
    }
    await this.#walk.answered(call.planned, call.record, completion, "accepted");
    // An answer without content (a mere finish reason) is an answer too.
    this.#show(call.hasBegun ? [] : call.held);
    this.#completion = completion;
  }

  /** True if the request has a schema and the answer does not validate. Who reads the result is told so. */
  async #isInvalid({ planned, record }: StreamCall, completion: Completion): Promise<boolean> {
    const { output } = this.#execution;
    if (output === undefined) return false;
    const read = await readOutput(this.#execution, output, planned.call.model, record, completion);
    return !read.accepted;
  }

  #whole(completion: Completion): void {
    this.#show(toChunks(completion));
    this.#completion = completion;
  }

  #show(chunks: readonly CompletionChunk[]): void {
    this.#ready = chunks;
    this.#read = 0;
  }
}
