import type { ChatRequest, Completion } from "./chat.ts";
import type { Model, ModelFacts } from "./model.ts";

/** Moment at which a request, or a part of it, may be sent to a model. */
export type Hop =
  | "classify"
  | "answer"
  | "retry"
  | "fallback"
  | "cascade"
  | "check"
  | "hedge"
  | "shadow"
  | "cache"
  | "repair";

/** Result of a call of something other than a chat model. */
export interface CallAnswer<T> {
  readonly value: T;
  /** Input tokens as the endpoint counted them. Estimated from the text if absent or not in [0, 1e9]. */
  readonly inputTokens?: number | undefined;
  /** Model that answered, according to the endpoint. */
  readonly servedModel?: string | undefined;
}

/** JSON that the `response_format` of a request asks for. */
export interface AskedOutput {
  /** Its schema as the sender wrote it: hostile where senders are. Absent: any JSON. */
  readonly jsonSchema?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * The only way from a classifier or a check to a model. The router's constraints and the request's
 * deadline apply to each call, which is priced and recorded as an attempt.
 */
export interface HopContext {
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch, from the router's clock. */
  readonly now: number;
  /** Asks a model. Rejects with `NoEligibleModelError` if a constraint forbids it. */
  generate(model: Model, request: ChatRequest): Promise<Completion>;
  /**
   * Calls something that is not a chat model, embeddings for instance, under the rules of `generate`.
   * `text` is the text that will be sent and `work` sends it. `work` does not begin if a constraint forbids
   * the target, the budget is too small or the deadline has passed. Output is assumed to cost nothing.
   */
  call<T>(
    target: ModelFacts,
    text: string,
    work: (signal: AbortSignal) => Promise<CallAnswer<T>>,
  ): Promise<T>;
  /**
   * Sends the request, with `changes`, once more: to the model whose answer is checked, or to `model`. Present
   * in checks only. Bounded, priced and recorded like `generate`.
   */
  again?(changes?: Partial<ChatRequest>, model?: Model): Promise<Completion>;
  /**
   * Adds a remark to the verdict in the attempt, such as what the answer lacked. No text of request or answer:
   * attempts are logged. At most 200 characters are kept. Present in checks only.
   */
  note?(remark: string): void;
  /**
   * JSON that the request asks for. Present in checks only; absent: any text, or what the schema of `output` has
   * validated before the first check.
   */
  readonly asked?: AskedOutput | undefined;
  /** Returns `true` if the constraints permit the model, or the reason why not. */
  permits(facts: ModelFacts): true | string;
}
