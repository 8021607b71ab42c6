import type { ChatRequest, Completion, CompletionChunk } from "./chat.ts";
import type { Constraints } from "./constraint.ts";
import type { Attempt, CheckVerdict, Decision } from "./decision.ts";
import type { EventSink } from "./events.ts";
import type { Labels, Model } from "./model.ts";
import type { Policy } from "./policy.ts";
import type { RouterState } from "./router-state.ts";
import type { Tuning } from "./tuning.ts";
import type { Usage } from "./usage.ts";

/** Fields of a request that are for the router and never reach a provider. */
export interface Routing<Id extends string = string> {
  /** Names the conversation. */
  readonly session?: string | undefined;
  readonly tenant?: string | undefined;
  readonly labels?: Labels | undefined;
  /** Task type, where the caller knows it. */
  readonly category?: string | undefined;
  /** Language of the request, where the caller knows it: an ISO 639-1 code, `de`. */
  readonly language?: string | undefined;
  /** In addition to the router's own. */
  readonly constraints?: Constraints<Id> | undefined;
  /** For all attempts together, in US dollars; a model of unknown price is then not permitted. */
  readonly maxCostUsd?: number | undefined;
  /** From the call to the whole answer, in milliseconds. */
  readonly deadlineMs?: number | undefined;
  /** A pin: this model or an error. Constraints still apply; no fallback unless `fallback` asks for it. */
  readonly model?: Id | undefined;
  /**
   * Whether another permitted model may answer when the decided ones have failed. Default: true, of a
   * pinned request false. A router with `execution.fallback: false` has none whatever a request asks.
   */
  readonly fallback?: boolean | undefined;
}

/** A prompt, or a request in the shape of OpenAI chat completions with routing fields beside it. */
export type RouteRequest<Id extends string = string> = string | (ChatRequest & Routing<Id>);

export interface RouteOptions {
  /** An abort rethrows the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface DecideOptions extends RouteOptions {
  /**
   * Settles a lottery in place of the router's `random`: in [0, 1). With the same draw two routers can
   * be compared, and a lottery decides alike each time.
   */
  readonly draw?: number | undefined;
}

export interface RouteResult<Id extends string = string> {
  /** Text of the first choice; "" when the answer is a tool call. */
  readonly text: string;
  readonly completion: Completion;
  readonly decision: Decision<Id>;
  /** Every call made, failed ones too, in order of their start. */
  readonly attempts: readonly Attempt<Id>[];
  /** Sum over the attempts. */
  readonly usage: Usage;
  /** Sum over the attempts. Absent when one attempt's cost is not known. */
  readonly costUsd?: number | undefined;
  readonly latencyMs: number;
  /**
   * The verdict on this answer, where a check of `execution.degraded` did not accept it and no other
   * model was left.
   */
  readonly degraded?: CheckVerdict | undefined;
  /**
   * The same request was under way already and this is a copy of its answer (option `coalesce`). Its
   * calls and what they cost are in the result of the caller that came first, and not in this one.
   */
  readonly coalesced?: true | undefined;
}

/**
 * The chunks of an answer. Iterate once: that makes the call, so until then `result` waits.
 * `decision` is made at once and resolves before the first chunk; `result` resolves after the last
 * one and rejects as the iteration does.
 */
export interface RouteStream<Id extends string = string> extends AsyncIterable<CompletionChunk> {
  readonly decision: Promise<Decision<Id>>;
  readonly result: Promise<RouteResult<Id>>;
}

export interface Router<Id extends string = string> {
  readonly models: Readonly<Record<Id, Model>>;
  readonly policy: Policy<Id>;
  /** What it was given as the option `tuning`. */
  readonly tuning?: Tuning | undefined;
  /** Decides without calling a model of the plan. */
  decide(request: RouteRequest<Id>, options?: DecideOptions): Promise<Decision<Id>>;
  /** Decides, calls, and answers. */
  route(request: RouteRequest<Id>, options?: RouteOptions): Promise<RouteResult<Id>>;
  /**
   * Decides, calls, and answers chunk by chunk. Until its last chunk, an error, an abort or the deadline
   * a stream holds its part of the budget and its place among the calls under way, also where its
   * consumer neither reads on nor leaves: give streams a `deadlineMs` or a `signal`.
   */
  stream(request: RouteRequest<Id>, options?: RouteOptions): RouteStream<Id>;
  /**
   * Adds a listener, next to `onEvent`, for what is made after the router: audits, dashboards. Returns a
   * function that takes it away. `close()` awaits the listener's `close`, where it has one.
   */
  observe(sink: EventSink<Id>): () => void;
  /** What the router has learnt: sessions, spend, means of returned usage. Plain JSON, to be kept over a restart. */
  exportState(): RouterState;
  /**
   * Replaces what the router has learnt; sessions whose model it does not have are left out. Throws
   * `InvalidOptionError`, and then changes nothing.
   */
  restoreState(state: RouterState): void;
  /**
   * Waits for the event sink to flush. Requests after it are refused. Idempotent. It does not wait for
   * requests under way: let them end first, or a decision log drops (and counts) what they would have added.
   */
  close(): Promise<void>;
}
