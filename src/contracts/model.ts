import type { Batches } from "./batches.ts";
import type { ChatRequest, Completion, CompletionChunk } from "./chat.ts";

/** Free-form tags of a model, a request or a tenant, for instance `{ residency: "eu" }`. */
export type Labels = Readonly<Record<string, string>>;

/** Capabilities of a model beyond text. A key that is absent is unknown. */
export interface Capabilities {
  readonly tools?: boolean | undefined;
  readonly images?: boolean | undefined;
  readonly jsonSchema?: boolean | undefined;
  readonly reasoning?: boolean | undefined;
  /** Everything that the model reads besides text, in the words of `RequestFacts.contentTypes`. */
  readonly contentTypes?: readonly string[] | undefined;
}

/** A capability that a request may need beyond text. */
export type NeededCapability = "tools" | "images" | "jsonSchema";

/** Rates in US dollars per million tokens, by kind of token. A rate that is absent is unknown, never 0. */
export interface Rates {
  readonly usdPerMillionInputTokens: number;
  readonly usdPerMillionOutputTokens: number;
  /** Rate of input tokens read from the provider's prompt cache. Absent: billed as input. */
  readonly usdPerMillionCachedInputTokens?: number | undefined;
  /** Rate of input tokens written to the provider's prompt cache. Absent: billed as input. */
  readonly usdPerMillionCacheWriteTokens?: number | undefined;
}

/** Rates that replace the base rates, for the whole request, above a prompt length. */
export interface PriceTier extends Rates {
  /** Input length in tokens above which these rates apply. */
  readonly aboveInputTokens: number;
}

/** Price of a model. */
export interface Price extends Rates {
  readonly usdPerRequest?: number | undefined;
  /** Tiers in ascending order of `aboveInputTokens`; the last one that applies wins. */
  readonly tiers?: readonly PriceTier[] | undefined;
}

/** Known facts about a model, as plain data. Constraints and policies see nothing else of it. */
export interface ModelFacts {
  /** Name of the model in outcome and tuning files: `provider:model` unless the caller gave another. */
  readonly name: string;
  readonly provider: string;
  /** Name that the provider has for the model. */
  readonly model: string;
  /** Address of the model without credentials and query. Absent: its provider's default address. */
  readonly endpoint?: string | undefined;
  readonly price?: Price | undefined;
  /** Largest number of tokens of input and output together. */
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly capabilities?: Capabilities | undefined;
  /** Capabilities that the model is taken to have where they are not known. One that is known stays as it is. */
  readonly assumeCapabilities?: readonly NeededCapability[] | undefined;
  readonly labels: Labels;
}

/** Parameters that an adapter adds to a request that does not set them itself. */
export interface ModelDefaults {
  readonly reasoningEffort?: ChatRequest["reasoning_effort"] | undefined;
  /** Temperature in [0, 2]. */
  readonly temperature?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** Fields in the provider's own vocabulary, merged into the request body as they are. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined;
}

/** Rate limits of an endpoint after a call, as far as the endpoint reports them. */
export interface RateLimitInfo {
  readonly limitRequests?: number | undefined;
  readonly remainingRequests?: number | undefined;
  /** Milliseconds until the full number of requests is available again. */
  readonly resetRequestsMs?: number | undefined;
  readonly limitTokens?: number | undefined;
  readonly remainingTokens?: number | undefined;
  /** Milliseconds until the full number of tokens is available again. */
  readonly resetTokensMs?: number | undefined;
}

/** Options of one call of a model. */
export interface CallOptions {
  /** Aborts the call. Once it has fired, the model must reject and not end normally. */
  readonly signal: AbortSignal;
  /** Called with the name of each request parameter that was left out because the target does not know it. */
  readonly onDropped?: ((parameter: string) => void) | undefined;
  /** Called with the rate limits that the endpoint reports, once an answer or a refusal has begun. */
  readonly onRateLimit?: ((info: RateLimitInfo) => void) | undefined;
}

/**
 * Something that a request can be sent to. `generate` and `stream` reject with `ProviderError`, or with
 * the signal's reason after an abort, and never retry. A stream that ends normally is complete: one of
 * its chunks had a `finish_reason`, and one had the `usage` if the provider reports it.
 */
export interface Model extends ModelFacts {
  readonly defaults?: ModelDefaults | undefined;
  generate(request: ChatRequest, options: CallOptions): Promise<Completion>;
  stream(request: ChatRequest, options: CallOptions): AsyncIterable<CompletionChunk>;
  /** Tests if the endpoint answers. Rejects or resolves to `false` if it does not. */
  health?(options?: HealthOptions): Promise<boolean>;
  /** Interface for batches. Absent if the provider has none. */
  readonly batches?: Batches | undefined;
}

interface HealthOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the names of the models that the endpoint lists, if the test asks for them. */
  readonly onModels?: ((names: readonly string[]) => void) | undefined;
}

/** Recent behaviour of a model, as far as it is known. */
export interface Health {
  readonly healthy: boolean;
  /** 95th percentile of the time to first token, in milliseconds. */
  readonly p95FirstTokenMs?: number | undefined;
}

/** A model that a request may be sent to, as constraints and policies see it. */
export interface Candidate<Id extends string = string> {
  /** Key of the model in the router's `models`. */
  readonly id: Id;
  /**
   * Ids under which the router has the same model of the same provider, other than `id`; absent if there is
   * none. A constraint that excludes an id must look here too, or the model gets in by another name.
   */
  readonly sameAs?: readonly string[] | undefined;
  readonly facts: ModelFacts;
  /** Estimated input tokens of this request as this model counts them, calibrated from returned usage. */
  readonly estimatedInputTokens?: number | undefined;
  /** Estimated cost of this request. Absent if the price is unknown. */
  readonly estimatedCostUsd?: number | undefined;
  /**
   * The most that a call can cost with the smallest output limit that the router gives one, in US dollars.
   * Present only if a bound on cost applies and the price is known: more than this must be left.
   */
  readonly leastCostUsd?: number | undefined;
  /** The most tokens that a call can use with that output limit. Present only if a budget counts tokens. */
  readonly leastTokens?: number | undefined;
  /** Running mean of the output tokens of such requests on this model. Present only under a bound on cost. */
  readonly usualOutputTokens?: number | undefined;
  /** Calibrated probability that the model is good enough for this request, in [0, 1]. */
  readonly estimatedQuality?: number | undefined;
  readonly health?: Health | undefined;
}
