import type { CompletionChunk, RouteRequest, RouteResult, RouteStream } from "../contracts/index.ts";
import { readAnswer } from "../execution/index.ts";
import { deepFreeze } from "../plugin/deep-freeze.ts";
import type { LifeCycle } from "./life-cycle.ts";

/** Starts a request at once and yields its answer as it is read. */
export function openAnswerStream<Id extends string>(
  life: LifeCycle<Id>,
  request: RouteRequest<Id>,
  signal: AbortSignal | undefined,
  isClosed: boolean,
): RouteStream<Id> {
  const deciding = (async () => {
    life.begin(request, signal, isClosed);
    life.keep();
    // The caller has it before the calls that it decides are made.
    return deepFreeze((await life.decide()).decision);
  })();
  const { promise: result, resolve, reject } = deferred<RouteResult<Id>>();

  const fail = (error: unknown): void => {
    if (life.fail(error)) reject(error);
  };
  const leave = (): void => fail(new DOMException("the consumer stopped reading", "AbortError"));

  async function* chunks(): AsyncGenerator<CompletionChunk, void, undefined> {
    try {
      await deciding;
      const reader = readAnswer(life.execution(), fail);
      try {
        for (let chunk = await reader.next(); chunk !== undefined; chunk = await reader.next()) yield chunk;
      } finally {
        reader.leave();
      }
      resolve(life.finish(reader.completion()));
    } catch (error) {
      fail(error);
      throw error;
    } finally {
      leave();
    }
  }

  const iterator = chunks();
  // A generator that has not begun ends without its `finally`.
  const end = iterator.return.bind(iterator);
  iterator.return = (value) => end(value).finally(leave);
  const abandon = iterator.throw.bind(iterator);
  iterator.throw = (error) => abandon(error).finally(leave);
  // Also if the stream is never iterated.
  deciding.catch(fail);
  // It rejects when the iteration does, and a caller may look at the iteration only.
  result.catch(ignore);
  return { [Symbol.asyncIterator]: () => iterator, decision: deciding, result };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: Deferred<T>["resolve"] = ignore;
  let reject: Deferred<T>["reject"] = ignore;
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

function ignore(): void {}
