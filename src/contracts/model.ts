import type { Batches } from "./batches.ts";
import type { Capabilities, LackedCapability, NeededCapability, RoleRule } from "./capabilities.ts";
import type { ChatRequest, Completion, CompletionChunk, ReasoningEffort } from "./chat.ts";
import type { GpuCost, OwnGpu } from "./gpu.ts";
import type { NativeProtocol, NativeRequest } from "./native.ts";
import type { Load, PoolLoad, PoolNews, PoolWatch, WantedMembers } from "./pool.ts";
import type { Clock } from "./ports/clock.ts";
import type { Price } from "./price.ts";
import type { ServerAccess } from "./server-access.ts";
import type { ServerDescription } from "./server-description.ts";

export type { Capabilities, LackedCapability, NeededCapability, RoleRule };

/** Free-form tags of a model, a request or a tenant, for instance `{ residency: "eu" }`. */
export type Labels = Readonly<Record<string, string>>;

/** Known facts about a model, as plain data. Constraints and policies see nothing else of it. */
export interface ModelFacts {
  /** Name of the model in outcome and tuning files: `provider:model` unless the caller gave another. */
  readonly name: string;
  readonly provider: string;
  /** Name that the provider has for the model. */
  readonly model: string;
  /**
   * Reasoning effort of every call, whatever its request asks for, as `efforts` sets it. The name ends with it:
   * `openai:gpt-5.5@high`. Absent: that of the request.
   */
  readonly effort?: ReasoningEffort | undefined;
  /** Address of the model without credentials and query. Absent: its provider's default address. */
  readonly endpoint?: string | undefined;
  readonly price?: Price | undefined;
  /** Own GPUs that serve the model. A candidate has the price that they come to; the model states none. */
  readonly gpu?: OwnGpu | undefined;
  /** Largest number of tokens of input and output together. */
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly capabilities?: Capabilities | undefined;
  /** Capabilities that the model is taken to have where they are not known. One that is known stays as it is. */
  readonly assumeCapabilities?: readonly NeededCapability[] | undefined;
  /** Protocols in which the model takes `CallOptions.native`. Absent: none. */
  readonly speaks?: readonly NativeProtocol[] | undefined;
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
  /** Tenant of the request, for adapters that keep tenants apart. It is not sent on as it is. Absent: none. */
  readonly tenant?: string | undefined;
  /** Rule for the messages, as refusals of the endpoint within the last hour show it. Absent: nothing was learnt. */
  readonly roles?: RoleRule | undefined;
  /** The request as its sender wrote it, in a protocol that the model speaks. Present only if the call sends just that. */
  readonly native?: NativeRequest | undefined;
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
  /** Asks the server what it is. Rejects with `ProviderError`, or with the signal's reason. Absent: it cannot be asked. */
  describe?(options?: { readonly signal?: AbortSignal | undefined }): Promise<ServerDescription>;
  /** Access to its server outside a call. Absent: there is no server of its own, or none that can be asked. */
  readonly server?: ServerAccess | undefined;
  /** Interface for batches. Absent if the provider has none. */
  readonly batches?: Batches | undefined;
  /**
   * Asks the provider how many input tokens a request has, as its sender wrote it in a protocol that the model speaks. Rejects with
   * `ProviderError`, or with the signal's reason. Absent: it cannot be asked.
   */
  countTokens?(native: NativeRequest, signal: AbortSignal): Promise<number>;
  /**
   * Returns the endpoints of a pool as they are right now: a router asks constraints about each of them, and calls them
   * instead of the pool. Absent: the model is one endpoint.
   */
  members?(): readonly Member[];
  /** Rules of a pool, with `members`. Absent: its members are asked in their order. */
  readonly pool?: PoolRules | undefined;
}

/** One endpoint of a pool, as it is right now. */
export interface Member {
  /**
   * Key of the endpoint, `name@endpoint`, with the pool's name. Breakers, limits, health and prices are kept by it; outcomes
   * and tuning say the pool's name.
   */
  readonly key: string;
  readonly model: Model;
  readonly facts: ModelFacts;
  /**
   * `ready`: gets calls. `late`: its last probe failed, or its metrics are silent; it comes behind the others. `loading` (its model)
   * and `out` (several probes in a row failed): gets calls only where no other member is left. `draining`: gets none, and ends those
   * that it has.
   */
  readonly state: "ready" | "late" | "loading" | "out" | "draining";
  /** Calls of this process that are under way, at least 0. */
  readonly inFlight: number;
  readonly load?: Load | undefined;
  /** Hash of the endpoint, by which keys are spread over endpoints. Absent: that of `key` is taken. */
  readonly prefixHash?: number | undefined;
}

/** Everything besides its members that the order of a pool may depend on. */
export interface OrderContext {
  /** Key of what should stay at one endpoint, for instance a session. Absent: none. */
  readonly key?: string | undefined;
  /** Two random numbers in [0, 1). */
  readonly draws: readonly [number, number];
}

/** The rules by which execution calls the members of a pool. */
export interface PoolRules {
  /** Longest time that a request waits for a busy pool before other models are asked, in milliseconds. */
  readonly maxWaitMs: number;
  /** Returns the order in which members are asked, as indices into `members`, each at most once. */
  order(members: readonly Member[], context: OrderContext): readonly number[];
  /**
   * Begins to look for endpoints and their load, with timers that keep no process alive. A router calls it before its first
   * request, and closes the watch when it is closed. Several routers may watch one pool. Absent: there is nothing to watch.
   */
  watch?(options: { readonly clock: Clock; readonly onNews: (news: PoolNews) => void }): PoolWatch;
  /** Returns another number once members have come, gone, or been made again. Absent: the members are compared. */
  revision?(): number;
  /** Returns what is wrong with the pool right now, in our words; empty if nothing is. */
  problems?(): readonly string[];
  /** Returns how many members there should be by the load; undefined while none is known. Absent: the pool does not say. */
  wanted?(): WantedMembers | undefined;
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
  /** Base of `id`, if it is one of a model's efforts: `large` of `large@high`. Absent: it is not. */
  readonly derivedFrom?: string | undefined;
  /**
   * Ids that stand for the model whatever its effort: the bases of `id` and `sameAs` where these are efforts, and the ids of
   * `sameAs` that are not. Absent: none of these ids is an effort, and `sameAs` says all. A constraint that excludes an id
   * looks at `id` and here: `large@high` then excludes this effort, and `large` all of them.
   */
  readonly namedBy?: readonly string[] | undefined;
  /**
   * Facts of the model. Of a pool, a constraint sees those of one member, and a policy what holds for every permitted member:
   * the most expensive price, the least window, the labels that all share.
   */
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
  /** Load of a pool. Absent: the model is not a pool, or nothing is known of its load. */
  readonly load?: PoolLoad | undefined;
  /** Cost of own GPUs right now. Absent: the model has none. Of a pool: of the member that costs the most. */
  readonly gpu?: GpuCost | undefined;
}
