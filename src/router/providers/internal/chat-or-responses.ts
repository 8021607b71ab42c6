import {
  type CallOptions,
  type ChatRequest,
  type CompletionChunk,
  isRouterError,
  type Model,
} from "../../../contracts/index.ts";
import { atHand, handsOver, type TakeAtHand } from "../../../plugin/at-hand.ts";
import { asksAbort } from "../../../plugin/call-abort.ts";
import { pointsToResponses } from "../../../plugin/openai-api.ts";

type Calls = Pick<Model, "generate" | "stream">;

/**
 * Calls of a model of which it is not known that chat completions refuse it. If they do and point to Responses, the same
 * call is sent there at once, and so are all later ones: a few bits of state for each model. Where the server turns out to
 * have no such path, the first refusal stands and nothing is tried again. Requests that came in by `/v1/responses` go
 * there as they came.
 */
export function chatOrResponses(chat: Calls, responses: Calls): Calls {
  let api: "unknown" | "chat" | "responses" = "unknown";

  /** True if the same call should be sent through Responses. */
  const isPointed = (error: unknown): boolean =>
    api !== "chat" &&
    isRouterError(error, "provider") &&
    (error.status === 400 || error.status === 404) &&
    pointsToResponses(error.detail ?? "");

  /** Learns from how the second call went. Returns the error that the caller sees. */
  const learn = (refusal: unknown, failure: unknown): unknown => {
    const isMissing =
      isRouterError(failure, "provider") && failure.status !== undefined && missing.has(failure.status);
    if (isMissing && api === "unknown") api = "chat";
    return isMissing ? refusal : failure;
  };

  function generate(request: ChatRequest, options: CallOptions): ReturnType<Model["generate"]> {
    if (api === "responses" || options.native !== undefined) return responses.generate(request, options);
    return chat.generate(request, options).catch(async (refusal: unknown) => {
      if (!isPointed(refusal)) throw refusal;
      try {
        const answer = await responses.generate(request, options);
        api = "responses";
        return answer;
      } catch (failure) {
        throw learn(refusal, failure);
      }
    });
  }

  function stream(request: ChatRequest, options: CallOptions): AsyncIterable<CompletionChunk> {
    if (api === "responses" || options.native !== undefined) return responses.stream(request, options);
    return new EitherChunks(chat.stream(request, options), {
      isPointed,
      learn,
      open: () => responses.stream(request, options),
      begun: () => {
        api = "responses";
      },
    });
  }

  return { generate: asksAbort(generate), stream: asksAbort(stream) };
}

/** Statuses of a server that does not have the path. */
const missing: ReadonlySet<number> = new Set([404, 405, 501]);

interface Other {
  isPointed(error: unknown): boolean;
  learn(refusal: unknown, failure: unknown): unknown;
  open(): AsyncIterable<CompletionChunk>;
  /** Called once the first chunk of the other stream has come. */
  begun(): void;
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
      const first = await this.#chunks.next();
      this.#isBegun = true;
      return first;
    } catch (refusal) {
      this.#isBegun = true;
      if (!this.#other.isPointed(refusal)) throw refusal;
      this.#chunks = this.#other.open()[Symbol.asyncIterator]();
      this.#take = atHand(this.#chunks);
      try {
        const first = await this.#chunks.next();
        this.#other.begun();
        return first;
      } catch (failure) {
        throw this.#other.learn(refusal, failure);
      }
    }
  }

  async return(): Promise<IteratorResult<CompletionChunk>> {
    this.#isBegun = true;
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }
}
