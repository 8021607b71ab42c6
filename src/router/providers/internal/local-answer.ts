import type { ChatRequest } from "../../../contracts/index.ts";

/** Tokens of a call as a local model counted them. A count that is absent or cannot be one is not known. */
export interface LocalUsage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  /** Input whose state was kept from an earlier call, part of `inputTokens`. */
  readonly cachedInputTokens?: number | undefined;
  /** Reasoning, part of `outputTokens`. */
  readonly reasoningTokens?: number | undefined;
}

export interface LocalToolCall {
  readonly name: string;
  /** JSON of the arguments. */
  readonly arguments: string;
  /** Id that is unique within the answer. Default: one of ours. */
  readonly id?: string | undefined;
}

/** Answer of a local model, or a piece of a streamed one. */
export interface LocalAnswer {
  readonly text?: string | undefined;
  readonly toolCalls?: readonly LocalToolCall[] | undefined;
  /** Reason why the answer ended. Pieces that are objects must say it once; a whole answer has `stop` by default. */
  readonly finishReason?: "stop" | "length" | "tool_calls" | "content_filter" | undefined;
  readonly usage?: LocalUsage | undefined;
  /** Name of the model that answered. Default: the model's. */
  readonly model?: string | undefined;
}

export interface LocalCall {
  /** Fires when the caller leaves. The place stays taken until the work has ended. */
  readonly signal: AbortSignal;
  /** Largest number of tokens of the answer. Absent: no limit. */
  readonly maxOutputTokens?: number | undefined;
}

/** The functions of a local model. */
export interface LocalFunctions {
  /**
   * Answers a request: a text, or an object with more. The request is a copy, and holds of the parameters only those
   * that `parameters` lists. It must not block the event loop: use a worker, or native code that has one.
   */
  readonly generate: (
    request: ChatRequest,
    call: LocalCall,
  ) => string | LocalAnswer | Promise<string | LocalAnswer>;
  /**
   * Answers piece by piece. Texts alone end with the stream; if one piece is an object, one of them must have
   * `finishReason`, or the answer counts as cut off. Default: the answer of `generate` as one piece.
   */
  readonly stream?:
    | ((
        request: ChatRequest,
        call: LocalCall,
      ) => AsyncIterable<string | LocalAnswer> | Iterable<string | LocalAnswer>)
    | undefined;
  /**
   * Counts the tokens of a text, where an answer does not say its usage; has a second. Default: the router estimates,
   * as it does if it throws or returns what cannot be a count.
   */
  readonly countTokens?: ((text: string) => number | Promise<number>) | undefined;
}
