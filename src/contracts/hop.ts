import type { ChatRequest, Completion } from "./chat.ts";
import type { Model, ModelFacts } from "./model.ts";

/** A moment at which a request, or a part of it, may be sent to a model. */
export type Hop =
  | "classify"
  | "answer"
  | "retry"
  | "fallback"
  | "cascade"
  | "check"
  | "hedge"
  | "shadow"
  | "cache";

/** What a call of something other than a chat model has brought. */
export interface CallAnswer<T> {
  readonly value: T;
  /** As the endpoint counted them. Default, also for what is not in [0, 1e9]: estimated from the text. */
  readonly inputTokens?: number | undefined;
  /** The model that the endpoint says has answered. */
  readonly servedModel?: string | undefined;
}

/**
 * The only way from a classifier or a check to a model. The router's constraints, the request's
 * deadline, pricing and the record of attempts apply to it.
 */
export interface HopContext {
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch, from the router's clock. */
  readonly now: number;
  /** Rejects with `NoEligibleModelError` when a constraint forbids the model. */
  generate(model: Model, request: ChatRequest): Promise<Completion>;
  /**
   * As `generate`, for what is not a chat model: embeddings, say. `text` is what will leave; `work`
   * sends it, and is not begun when a constraint forbids the target, the budget does not suffice or
   * the deadline has passed. Output is taken to cost nothing.
   */
  call<T>(
    target: ModelFacts,
    text: string,
    work: (signal: AbortSignal) => Promise<CallAnswer<T>>,
  ): Promise<T>;
  /**
   * In a check only: sends the request, changed by `changes`, once more to the model whose answer is
   * checked. Bounded, priced and recorded as `generate` is.
   */
  again?(changes?: Partial<ChatRequest>): Promise<Completion>;
  /** `true`, or the reason why not. */
  permits(facts: ModelFacts): true | string;
}
