import type { ChatRequest, Completion } from "../chat.ts";
import type { OutputLimited } from "../decision.ts";
import type { ModelFacts } from "../model.ts";
import type { RequestFacts } from "../request-facts.ts";
import type { Usage } from "../usage.ts";
import type { Left } from "./ledger.ts";

/** Prices of calls. */
export interface Pricing {
  /** Returns usage and cost of a call, as the provider states them or else estimated. */
  bill(model: ModelFacts, returned: ReturnedUsage, estimate: UsageEstimate): Bill;
  estimateTokens(text: string): number;
  /** Returns an upper bound of the input tokens of a request. */
  mostInputTokens(chat: ChatRequest): number;
  /** Returns the output limit of a call under a bound, and the most that the call can cost with it. */
  limitOutput(call: OutputToLimit): LimitedOutput;
}

/** A call whose output is to be limited. */
export interface OutputToLimit {
  readonly model: ModelFacts;
  /** `inputTokens`: calibrated for the model. */
  readonly request: Pick<RequestFacts, "mostInputTokens" | "inputTokens" | "inputTokensExact" | "images">;
  /** Limit that the request asks for, else that of the model's defaults. Absent: none. */
  readonly asked: number | undefined;
  readonly usualOutputTokens: number;
  /** Limit at which an earlier answer of the request ended; 0 if none did. */
  readonly cutAt: number;
  /** Number of answers that are asked for. */
  readonly answers: number;
  readonly left: Left;
}

export interface LimitedOutput {
  /** Absent: no limit is needed, since output costs nothing. */
  readonly outputLimit: number | undefined;
  /** Absent if the price is not known. */
  readonly costUsd: number | undefined;
  /** The most tokens of input and output together. Absent: tokens are not bounded. */
  readonly tokens?: number | undefined;
  readonly limited: OutputLimited | undefined;
}

export type ReturnedUsage = Partial<NonNullable<Completion["usage"]>> | null | undefined;

export interface UsageEstimate {
  readonly inputTokens: number;
  readonly outputTokens: () => number;
}

export interface Bill {
  readonly usage: Usage;
  /** True if a side of the usage is an estimate. */
  readonly estimated: boolean;
  /** Cost in US dollars; undefined if the price is not known. */
  readonly costUsd: number | undefined;
}
