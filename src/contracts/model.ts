import type { Batches } from "./batches.ts";
import type { ChatRequest, Completion, CompletionChunk } from "./chat.ts";

/** Free-form tags of a model, a request or a tenant, for instance `{ residency: "eu" }`. */
export type Labels = Readonly<Record<string, string>>;

/** What a model may be able to do beyond text. A key that is absent is unknown. */
export interface Capabilities {
  readonly tools?: boolean | undefined;
  readonly images?: boolean | undefined;
  readonly jsonSchema?: boolean | undefined;
  readonly reasoning?: boolean | undefined;
  /** All that it reads beside text, in the words of `RequestFacts.contentTypes`. */
  readonly contentTypes?: readonly string[] | undefined;
}

/** US dollars per million tokens, by kind of token. A rate that is absent is unknown, never 0. */
export interface Rates {
  readonly usdPerMillionInputTokens: number;
  readonly usdPerMillionOutputTokens: number;
  /** Input tokens read from the provider's prompt cache. Absent: billed as input. */
  readonly usdPerMillionCachedInputTokens?: number | undefined;
  /** Input tokens written to the provider's prompt cache. Absent: billed as input. */
  readonly usdPerMillionCacheWriteTokens?: number | undefined;
}

/** Rates that replace the base rates, for the whole request, above a prompt length. */
export interface PriceTier extends Rates {
  /** Applies when the input has more tokens than this. */
  readonly aboveInputTokens: number;
}

/** What a model costs. */
export interface Price extends Rates {
  readonly usdPerRequest?: number | undefined;
  /** In ascending order of `aboveInputTokens`; the last one that applies wins. */
  readonly tiers?: readonly PriceTier[] | undefined;
}

/** What is known of a model: plain data, and all that constraints and policies ever see of it. */
export interface ModelFacts {
  /** `provider:model` unless the caller gave another; what outcome and tuning files say. */
  readonly name: string;
  readonly provider: string;
  /** The model as its provider calls it. */
  readonly model: string;
  /** Where it is called, without credentials and query. Absent: its provider's default address. */
  readonly endpoint?: string | undefined;
  readonly price?: Price | undefined;
  /** Tokens of input and output together. */
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly capabilities?: Capabilities | undefined;
  readonly labels: Labels;
}

/** Parameters that an adapter adds to each request that does not set them itself. */
export interface ModelDefaults {
  readonly reasoningEffort?: ChatRequest["reasoning_effort"] | undefined;
  /** In [0, 2]. */
  readonly temperature?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** Merged into the request body as it is, in the provider's own vocabulary. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
}

/** What an endpoint says of its rate limits, as it stands after a call. What it does not say is absent. */
export interface RateLimitInfo {
  readonly limitRequests?: number | undefined;
  readonly remainingRequests?: number | undefined;
  /** Milliseconds until all requests are free again. */
  readonly resetRequestsMs?: number | undefined;
  readonly limitTokens?: number | undefined;
  readonly remainingTokens?: number | undefined;
  /** Milliseconds until all tokens are free again. */
  readonly resetTokensMs?: number | undefined;
}

/** How a model is called. */
export interface CallOptions {
  /** Aborts the call. A model must reject (not end normally) once it has fired. */
  readonly signal: AbortSignal;
  /** Told the name of each request parameter that the target does not know and that was left out. */
  readonly onDropped?: ((parameter: string) => void) | undefined;
  /** Told what the endpoint says of its rate limits, once an answer or a refusal has begun. */
  readonly onRateLimit?: ((info: RateLimitInfo) => void) | undefined;
}

/**
 * Something a request can be sent to. `generate` and `stream` reject with `ProviderError`, or with
 * the signal's reason after an abort; they never retry. A stream that ends normally is complete:
 * one of its chunks carried a `finish_reason`, and a chunk with `usage` came where the provider
 * reports it.
 */
export interface Model extends ModelFacts {
  readonly defaults?: ModelDefaults | undefined;
  generate(request: ChatRequest, options: CallOptions): Promise<Completion>;
  stream(request: ChatRequest, options: CallOptions): AsyncIterable<CompletionChunk>;
  /** Whether the endpoint answers. Rejects or resolves `false` when it does not. */
  health?(options?: { readonly signal?: AbortSignal | undefined }): Promise<boolean>;
  /** Absent: the provider has no interface for batches. */
  readonly batches?: Batches | undefined;
}

/** What is known of a model's recent behaviour. */
export interface Health {
  readonly healthy: boolean;
  /** 95th percentile of the time to first token, in milliseconds. */
  readonly p95FirstTokenMs?: number | undefined;
}

/** A model that a request may be sent to: all that constraints and policies see. */
export interface Candidate<Id extends string = string> {
  /** The key in the router's `models`. */
  readonly id: Id;
  readonly facts: ModelFacts;
  /** Input tokens of this request as this model counts them, calibrated from returned usage. */
  readonly estimatedInputTokens?: number | undefined;
  /** For this request. Absent: the price is unknown. */
  readonly estimatedCostUsd?: number | undefined;
  /** Calibrated P(the model is good enough) for this request, in [0, 1]. */
  readonly estimatedQuality?: number | undefined;
  readonly health?: Health | undefined;
}
