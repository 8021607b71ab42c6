import type { ChatRequest, Completion } from "../chat.ts";
import type { Attempt, OutputLimited } from "../decision.ts";
import type { ModelFacts } from "../model.ts";
import type { RequestFacts } from "../request-facts.ts";
import type { Usage } from "../usage.ts";
import type { CalledGpu } from "./gpu-measure.ts";
import type { Left } from "./ledger.ts";

/** Prices of calls. */
export interface Pricing {
  /**
   * Returns usage and cost of a call, as the provider states them or else estimated: at the price of the model that
   * answered, in the class of service in which it answered, at the time of the call.
   */
  bill(model: ModelFacts, returned: ReturnedUsage, estimate: UsageEstimate, served?: ServedCall): Bill;
  estimateTokens(text: string): number;
  /**
   * True if the model may bill output that its answers do not show: what has arrived of a stream then says little of its
   * cost. `effort`: the effort of reasoning that the call asks for.
   */
  mayHideOutput(model: ModelFacts, effort: string | undefined): boolean;
  /** Returns an upper bound of the input tokens of a request. `more`: what is sent besides, `media` by their types. */
  mostInputTokens(
    chat: ChatRequest,
    more?: { readonly texts: readonly string[]; readonly media: readonly string[] },
  ): number;
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
  readonly left: Left;
  /** Start of the call in milliseconds since the epoch, for prices that change. Absent: the first price holds. */
  readonly at?: number | undefined;
  /** The most seconds that the call can take. Absent: nothing bounds it. */
  readonly mostSeconds?: number | undefined;
  /** Class of service that the call asks for. Absent: none, so that it may be any that the price lists. */
  readonly serviceTier?: string | undefined;
  /** True if every class that the price lists counts, whatever the call asks for. */
  readonly everyTier?: boolean | undefined;
}

/** An answer as its provider describes it, and the call that it belongs to. */
export interface ServedCall {
  /** Model that answered, according to the provider. */
  readonly model?: string | undefined;
  /** Class of service, according to the provider. */
  readonly serviceTier?: string | null | undefined;
  /** Class of service that the call asked for. Absent: none. */
  readonly askedTier?: string | undefined;
  /** Start of the call in milliseconds since the epoch. Absent: the first price holds. */
  readonly at?: number | undefined;
  /** Seconds that the call took. Absent: not known. */
  readonly seconds?: number | undefined;
  /** True if the answer is whole: what it bills and shows is learnt from. */
  readonly isWhole?: boolean | undefined;
  /** Effort of reasoning that the call asked for. Absent: none. */
  readonly effort?: string | undefined;
  /** Own GPUs that answered: their price holds, whatever model and class of service the answer names. */
  readonly gpu?: CalledGpu | undefined;
  /** Time that the engine states, if it can be true. */
  readonly engineMs?: number | undefined;
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
  /** See `Attempt`. */
  readonly substituted?: "known" | "unknown" | undefined;
  /** See `Attempt`. */
  readonly pricedAs?: string | undefined;
  /** See `Attempt`. */
  readonly costSource?: Attempt["costSource"];
  /** See `Attempt`. */
  readonly atLeastUsd?: number | undefined;
  /** See `Attempt`. */
  readonly unpriced?: string | undefined;
}
