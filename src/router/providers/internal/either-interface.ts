import {
  type CallOptions,
  type ChatRequest,
  type CompletionChunk,
  isRouterError,
  type Model,
  ProviderError,
} from "../../../contracts/index.ts";
import { atHand, handsOver, type TakeAtHand } from "../../../plugin/at-hand.ts";
import { asksAbort } from "../../../plugin/call-abort.ts";
import { pointsToResponses } from "../../../plugin/openai-api.ts";
import { readsRequests } from "../../../plugin/reading-sinks.ts";
import type { OpenAiApi } from "./openai-api.ts";

type Calls = Pick<Model, "generate" | "stream">;

export interface Interfaces {
  /** Name of the model, for errors. */
  readonly name: string;
  readonly chat: Calls;
  readonly responses: Calls;
  /** Returns the one that a call is first sent to. */
  first(request: ChatRequest): OpenAiApi;
}

/**
 * Calls of a model of which it is not known which interface takes it. If the first one refuses the interface itself (chat
 * completions point to Responses, a server has no such path), the same call is sent through the other one at once, and so
 * are all later ones: one reference of state for each model. Where the other one is not there either, the first refusal
 * stands and nothing is tried again. Requests of `/v1/responses` go there as they came; one that no chat request says in
 * full never goes through chat completions.
 */
export function eitherInterface({ name, chat, responses, first }: Interfaces): Calls {
  let settled: Calls | undefined;
  const settle = (calls: Calls): void => {
    settled ??= calls;
  };
  const beginFor = (request: ChatRequest, { native }: CallOptions): Calls =>
    native !== undefined || first(request) === "responses" ? responses : chat;
  /** Learns from the failure of the second call. Returns the error that the caller sees. */
  const learn = (begin: Calls, refusal: unknown, failure: unknown): unknown => {
    if (!isMissing(failure)) return failure;
    settle(begin);
    return refusal;
  };
  const isFollowed = (begin: Calls, refusal: unknown, { native }: CallOptions): boolean =>
    settled !== begin &&
    !(begin === responses && native?.only) &&
    (begin === chat ? isPointed(refusal) : isMissing(refusal));
  const otherOf = (begin: Calls): Calls => (begin === chat ? responses : chat);

  const settledFor = ({ native }: CallOptions): Calls => {
    if (native?.only && settled === chat)
      throw new ProviderError({
        kind: "unsupported",
        model: name,
        summary: "its server has no Responses, and no other interface can say all of the request",
      });
    return settled ?? chat;
  };

  return readsRequests({
    generate: asksAbort((request: ChatRequest, options: CallOptions) => {
      if (settled !== undefined) return settledFor(options).generate(request, options);
      const begin = beginFor(request, options);
      return begin.generate(request, options).catch(async (refusal: unknown) => {
        if (!isFollowed(begin, refusal, options)) throw refusal;
        try {
          const answer = await otherOf(begin).generate(request, options);
          settle(otherOf(begin));
          return answer;
        } catch (failure) {
          throw learn(begin, refusal, failure);
        }
      });
    }),
    stream: asksAbort((request: ChatRequest, options: CallOptions) => {
      if (settled !== undefined) return settledFor(options).stream(request, options);
      const begin = beginFor(request, options);
      return new EitherChunks(begin.stream(request, options), {
        isFollowed: (refusal) => isFollowed(begin, refusal, options),
        open: () => otherOf(begin).stream(request, options),
        begun: () => settle(otherOf(begin)),
        learn: (refusal, failure) => learn(begin, refusal, failure),
      });
    }),
  });
}

function isPointed(error: unknown): boolean {
  return (
    isRouterError(error, "provider") &&
    (error.status === 400 || error.status === 404) &&
    pointsToResponses(error.detail ?? "")
  );
}

/** Statuses of a server that does not have a path. */
const missing: ReadonlySet<number> = new Set([404, 405, 501]);

function isMissing(error: unknown): boolean {
  return isRouterError(error, "provider") && error.status !== undefined && missing.has(error.status);
}

interface Other {
  /** True for an error after which the other stream is opened. */
  isFollowed(error: unknown): boolean;
  open(): AsyncIterable<CompletionChunk>;
  /** Called once the first chunk of the other stream has come. */
  begun(): void;
  /** Returns the error of a stream that failed on both ways. */
  learn(refusal: unknown, failure: unknown): unknown;
}

/** The chunks of one stream, or of another one where the first is refused before its first chunk. */
class EitherChunks implements AsyncIterableIterator<CompletionChunk> {
  readonly #other: Other;
  #chunks: AsyncIterator<CompletionChunk>;
  #take: TakeAtHand<CompletionChunk> | undefined;
  #isBegun = false;

  constructor(chunks: AsyncIterable<CompletionChunk>, other: Other) {
    this.#other = other;
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#take = atHand(this.#chunks);
  }

  static {
    handsOver(EitherChunks.prototype.next, EitherChunks.prototype.takeReady);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  takeReady(): CompletionChunk | undefined {
    return this.#isBegun ? this.#take?.() : undefined;
  }

  next(): Promise<IteratorResult<CompletionChunk>> {
    return this.#isBegun ? this.#chunks.next() : this.#first();
  }

  async #first(): Promise<IteratorResult<CompletionChunk>> {
    try {
      return await this.#chunks.next();
    } catch (refusal) {
      if (!this.#other.isFollowed(refusal)) throw refusal;
      this.#chunks = this.#other.open()[Symbol.asyncIterator]();
      this.#take = atHand(this.#chunks);
      try {
        const first = await this.#chunks.next();
        this.#other.begun();
        return first;
      } catch (failure) {
        throw this.#other.learn(refusal, failure);
      }
    } finally {
      this.#isBegun = true;
    }
  }

  async return(): Promise<IteratorResult<CompletionChunk>> {
    this.#isBegun = true;
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }
}
