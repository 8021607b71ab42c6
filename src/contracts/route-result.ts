import type { Completion, CompletionChunk } from "./chat.ts";
import type { Attempt, CheckVerdict, Decision } from "./decision.ts";
import type { Usage } from "./usage.ts";

/** An answer, and how it came about. */
export interface RouteResult<Id extends string = string> {
  /** Text of the first choice; "" if the answer is a tool call. */
  readonly text: string;
  readonly completion: Completion;
  readonly decision: Decision<Id>;
  /** All calls that were made, failed ones too, in order of their start. */
  readonly attempts: readonly Attempt<Id>[];
  /** Tokens of all attempts together. */
  readonly usage: Usage;
  /** Cost of all attempts together. Absent if the cost of one is not known. */
  readonly costUsd?: number | undefined;
  readonly latencyMs: number;
  /**
   * Verdict on this answer, if a check of `execution.degraded` did not accept it and no other model was
   * left.
   */
  readonly degraded?: CheckVerdict | undefined;
  /**
   * True if this is a copy of the answer of an equal request that was already under way (option
   * `coalesce`). The calls and their cost are in the result of the first caller only.
   */
  readonly coalesced?: true | undefined;
}

/**
 * Chunks of an answer. Iterate once: that makes the call; a second iteration is a `RouterError`. `decision` is made at once and
 * resolves before the first chunk. `result` resolves after the last chunk and rejects when the iteration does. A caller that asks for
 * `result` and has begun no iteration by the time of the decision gets it too: the answer is read, and kept for an iteration that
 * comes later. Without either nothing is called. The signal and the deadline end the request also
 * between two reads: `result` then rejects at once, and so does the next read.
 */
export interface RouteStream<Id extends string = string> extends AsyncIterable<CompletionChunk> {
  readonly decision: Promise<Decision<Id>>;
  readonly result: Promise<RouteResult<Id>>;
}
