import type { CompletionChunk } from "../../contracts/index.ts";
import { atHand, type TakeAtHand } from "../../plugin/at-hand.ts";
import type { EventSource, StreamEvent } from "./event-stream.ts";

/** The chunks of one answer as events of an interface. */
export interface Translation {
  /** Returns the events of a chunk. Called with each in turn. */
  of(chunk: CompletionChunk): Iterable<StreamEvent>;
  /** Returns the events that end the answer. Called once, after the last chunk. */
  end(): Iterable<StreamEvent> | Promise<Iterable<StreamEvent>>;
}

const over: IteratorResult<StreamEvent> = { done: true, value: undefined };

/** Translates the chunks of an answer as they are read. Not a generator: what is there is handed over without a promise. */
export class ChunkEvents implements EventSource {
  readonly #chunks: AsyncIterator<CompletionChunk>;
  readonly #translation: Translation;
  readonly #take: TakeAtHand<CompletionChunk> | undefined;
  #events: StreamEvent[] = [];
  #at = 0;
  /** True once no more chunks are read: events may still wait. */
  #isRead = false;

  constructor(chunks: AsyncIterator<CompletionChunk>, translation: Translation) {
    this.#chunks = chunks;
    this.#translation = translation;
    this.#take = atHand(chunks);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  takeReady(): StreamEvent | undefined {
    for (;;) {
      const event = this.#events[this.#at];
      if (event !== undefined) {
        this.#at += 1;
        return event;
      }
      const chunk = this.#isRead ? undefined : this.#take?.();
      if (chunk === undefined) return undefined;
      this.#translate(chunk);
    }
  }

  async next(): Promise<IteratorResult<StreamEvent>> {
    for (;;) {
      const value = this.takeReady();
      if (value !== undefined) return { done: false, value };
      if (this.#isRead) return over;
      let step: IteratorResult<CompletionChunk>;
      try {
        step = await this.#chunks.next();
      } catch (error) {
        // It has ended by itself.
        this.#isRead = true;
        throw error;
      }
      // Its reader may have left in between.
      if (this.#isRead) return over;
      if (step.done === true) {
        this.#isRead = true;
        this.#show(await this.#translation.end());
      } else this.#translate(step.value);
    }
  }

  async return(): Promise<IteratorResult<StreamEvent>> {
    this.#events = [];
    if (this.#isRead) return over;
    this.#isRead = true;
    await this.#chunks.return?.();
    return over;
  }

  #translate(chunk: CompletionChunk): void {
    try {
      this.#show(this.#translation.of(chunk));
    } catch (error) {
      // No more of it is read.
      this.return().catch(() => {});
      throw error;
    }
  }

  #show(events: Iterable<StreamEvent>): void {
    this.#events = Array.isArray(events) ? events : [...events];
    this.#at = 0;
  }
}
