import type { ChatRequest } from "./chat.ts";
import type { Constraints } from "./constraint.ts";
import type { Labels } from "./model.ts";
import type { StepKind } from "./step.ts";

/** Fields of a request that are for the router only and never reach a provider. */
export interface Routing<Id extends string = string> {
  /** Name of the conversation. */
  readonly session?: string | undefined;
  readonly tenant?: string | undefined;
  readonly labels?: Labels | undefined;
  /** Task type, if the caller knows it. */
  readonly category?: string | undefined;
  /** Language of the request as an ISO 639-1 code (`de`), if the caller knows it. */
  readonly language?: string | undefined;
  /**
   * Name of the coding agent that sent the request, `claude-code`, if you believe it: the complexity is then that of what its user
   * typed. What the agent wrote around that is not scored; all else still reads it. `createHandler` recognises
   * agents by their headers. At most 40 letters, digits and `-`.
   */
  readonly codingAgent?: string | undefined;
  /**
   * Place of the request in the course of its conversation, where you know more than its messages show: an application that asks
   * for a title says `housekeeping`. `createHandler` knows it of the agents that it believes. Default: by the messages since the
   * last answer `tool-result`, `continue` or `ask`.
   */
  readonly step?: StepKind | undefined;
  /** Constraints in addition to those of the router. */
  readonly constraints?: Constraints<Id> | undefined;
  /**
   * Limit for all attempts together, in US dollars. Each call then carries an output limit with which it cannot
   * cost more than is left. A model of unknown price is not permitted.
   */
  readonly maxCostUsd?: number | undefined;
  /** Time limit from the call to the whole answer, in milliseconds. */
  readonly deadlineMs?: number | undefined;
  /**
   * Pin: this model answers, or an error is thrown. Constraints still apply; no fallback unless `fallback`
   * allows it.
   */
  readonly model?: Id | undefined;
  /**
   * True if another permitted model may answer when those of the plan have failed. Default: true, or false
   * for a pinned request. A router with `execution.fallback: false` never falls back.
   */
  readonly fallback?: boolean | undefined;
}

/** A prompt, or a request in the shape of OpenAI chat completions with added routing fields. */
export type RouteRequest<Id extends string = string> = string | (ChatRequest & Routing<Id>);
