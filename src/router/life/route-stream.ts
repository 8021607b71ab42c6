import {
  type CompletionChunk,
  type Decision,
  type RouteOptions,
  type RouteRequest,
  type RouteResult,
  RouterError,
  type RouteStream,
} from "../../contracts/index.ts";
import type { Clock } from "../../contracts/ports/index.ts";
import { AnswerStream } from "./answer-stream.ts";
import type { LifeCycle } from "./life-cycle.ts";

/** Starts a request at once and yields its answer as it is read. */
export function openAnswerStream<Id extends string>(
  life: LifeCycle<Id>,
  request: RouteRequest<Id>,
  options: RouteOptions | undefined,
  { isClosed, clock }: { readonly isClosed: boolean; readonly clock: Clock },
): RouteStream<Id> {
  return new OpenStream(new AnswerStream(life, request, options, isClosed, clock));
}

// A class: a getter in an object literal would keep the request alive until a full collection.
class OpenStream<Id extends string> implements RouteStream<Id> {
  readonly decision: Promise<Decision<Id>>;
  readonly #reading: AnswerStream<Id>;
  #isIterated = false;

  constructor(reading: AnswerStream<Id>) {
    this.#reading = reading;
    this.decision = reading.decision;
  }

  [Symbol.asyncIterator](): AsyncIterator<CompletionChunk, undefined> {
    if (this.#isIterated) throw iteratedTwice();
    this.#isIterated = true;
    this.#reading.take();
    return this.#reading;
  }

  get result(): Promise<RouteResult<Id>> {
    if (!this.#isIterated) this.#reading.readUnlessTaken();
    return this.#reading.result;
  }
}

function iteratedTwice(): RouterError {
  return new RouterError(
    "invalid-request",
    "the stream is iterated already, and it makes one call: call stream() again for another answer, or keep the chunks",
  );
}
