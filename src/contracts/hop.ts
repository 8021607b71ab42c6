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
   * In a check only: sends the request, changed by `changes`, once more to the model whose answer is
   * checked. Bounded, priced and recorded as `generate` is.
   */
  again?(changes?: Partial<ChatRequest>): Promise<Completion>;
  /** `true`, or the reason why not. */
  permits(facts: ModelFacts): true | string;
}
