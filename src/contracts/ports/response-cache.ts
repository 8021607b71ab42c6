import type { ChatRequest, Completion } from "../chat.ts";
import type { CachedFrom, PlanStep } from "../decision.ts";
import type { RequestFacts } from "../request-facts.ts";
import type { Usage } from "../usage.ts";

/**
 * Keeps answers, to give them to equal requests of the same tenant. Synchronous, and never throws: a failure of it
 * is a request that is sent.
 */
export interface ResponseCache {
  /**
   * Returns the key that only requests share which may have the same answer. Undefined if the answer must neither
   * come from the cache nor go into it. Holds no text of the request.
   */
  keyOf(request: CacheRequest): string | undefined;
  /** Returns an answer that is kept and not too old: a copy, which the caller owns. */
  get(key: string): CachedAnswer | undefined;
  /** Keeps an answer if it is whole and small enough. Later changes of `answer` change nothing. */
  put(key: string, answer: AnswerToKeep): void;
  /** Forgets all answers. */
  clear(): void;
}

/** A decided request. */
export interface CacheRequest {
  /** The request as it is sent: plain JSON, without routing fields. */
  readonly chat: ChatRequest;
  readonly facts: RequestFacts;
  readonly plan: readonly PlanStep[];
  /** Hash of the policy's name and parameters. */
  readonly policy: string;
}

export interface AnswerToKeep {
  readonly completion: Completion;
  /** Id of the model that gave it. */
  readonly model: string;
  readonly tenant: string | undefined;
  /** Id of the attempt that gave it. */
  readonly attemptId: string;
  /** Request parameters that the model did not get. */
  readonly dropped: readonly string[] | undefined;
  /** Usage and cost of the calls that led to it; undefined if they are not known. */
  readonly usage: Usage | undefined;
  readonly costUsd: number | undefined;
}

export interface CachedAnswer {
  readonly completion: Completion;
  /** Id of the model that gave it. */
  readonly model: string;
  readonly from: CachedFrom;
}
