/**
 * Rates in US dollars per million tokens, by kind of token. A rate that is absent is unknown, never 0: a call that
 * has such tokens has no known cost, except where it says how they are billed.
 */
export interface Rates {
  readonly usdPerMillionInputTokens: number;
  readonly usdPerMillionOutputTokens: number;
  /** Rate of input tokens read from the provider's prompt cache. Absent: billed as input. */
  readonly usdPerMillionCachedInputTokens?: number | undefined;
  /**
   * Rate of input tokens written to the provider's prompt cache for the usual time, for instance five minutes.
   * Absent: billed as input.
   */
  readonly usdPerMillionCacheWriteTokens?: number | undefined;
  /** Rate of input tokens written to the provider's prompt cache for an hour. */
  readonly usdPerMillionCacheWrite1hTokens?: number | undefined;
  /** Rate of input tokens that are sound. */
  readonly usdPerMillionAudioInputTokens?: number | undefined;
  /** Rate of sound that is read from the provider's prompt cache. Absent: billed as sound that is not. */
  readonly usdPerMillionCachedAudioInputTokens?: number | undefined;
  /** Rate of input tokens that are images. Absent: billed as input. */
  readonly usdPerMillionImageInputTokens?: number | undefined;
  /** Rate of output tokens that are reasoning. Absent: billed as output. */
  readonly usdPerMillionReasoningTokens?: number | undefined;
  /** Rate of output tokens that are sound. */
  readonly usdPerMillionAudioOutputTokens?: number | undefined;
  /** Rate of output tokens that are images. */
  readonly usdPerMillionImageOutputTokens?: number | undefined;
}

/** Rates that replace the base rates, for the whole request, above a prompt length. */
export interface PriceTier extends Rates {
  /** Input length in tokens above which these rates apply. */
  readonly aboveInputTokens: number;
  /** True if these rates apply from `aboveInputTokens` on: an input of just that length has them. Default false. */
  readonly inclusive?: boolean | undefined;
}

/** A part of a price that the rates of a service tier may leave as it is. */
export type UnstackedPart = "longContext" | "cachedInput" | "cacheWrite";

/** Price of a class of service. Exactly one of `factor` and `rates` is given. */
export interface ServiceTierPrice {
  /** Factor of all standard rates per token, at least 0: 0.5 for half the price. */
  readonly factor?: number | undefined;
  /** Rates of its own. */
  readonly rates?: Rates | undefined;
  /** Rates of its own above a prompt length, with `rates`. Absent: `rates` hold for every length. */
  readonly tiers?: readonly PriceTier[] | undefined;
  /**
   * Parts that keep the standard price: inputs that reach a tier of the standard price (`longContext`), tokens read
   * from the cache (`cachedInput`) or written to it (`cacheWrite`). Default none.
   */
  readonly doesNotStackWith?: readonly UnstackedPart[] | undefined;
  /**
   * Calls for which a bound on cost reserves at this price. `always`: those that ask for no class too, since a setting
   * of the account may bring it. `asked`: those that ask for it; once it was served unasked, all. Default `always`.
   */
  readonly reserve?: "always" | "asked" | undefined;
}

/** Cost of an own machine, by the time that a call takes. It is added to the rates per token, which may be 0. */
export interface GpuPrice {
  readonly usdPerGpuHour: number;
  /** GPUs that serve a call together. Default 1. */
  readonly gpus?: number | undefined;
  /** Mean number of calls that these GPUs answer at the same time, at least 1, which share the cost. Default 1. */
  readonly concurrentCalls?: number | undefined;
  /**
   * Output tokens per second and call, for estimates. Absent: what a call will cost is not known in advance. What it
   * can cost at most is known where a time-out or a deadline bounds it.
   */
  readonly outputTokensPerSecond?: number | undefined;
}

/** Hours of the week at which a provider takes less per token. */
export interface CheaperHours {
  /** Days on which the hours begin, 0 for Sunday to 6 for Saturday, in UTC. Absent: all. */
  readonly days?: readonly number[] | undefined;
  /** Start and end in UTC, as `HH:MM`. An end that is not after the start is on the next day; `24:00` is midnight. */
  readonly from: string;
  readonly to: string;
  /** Factor of the rates per token, from 0 to 1: 0.5 for half the price. */
  readonly factor: number;
}

/** Fee of searches of the web that a provider runs for a call. */
export interface SearchFee {
  readonly usd: number;
  /** `search`: for each search. `request`: once for a call that searched, however often. Default `search`. */
  readonly per?: "search" | "request" | undefined;
}

/** Rates and fees of one time. */
export interface PriceTerms extends Rates {
  readonly usdPerRequest?: number | undefined;
  /** Absent: not known, so that a call that searched has no known cost. */
  readonly searchFee?: SearchFee | undefined;
  /**
   * Hours at which all rates per token but those that a class of service has of its own are lower. The first entry that
   * holds is taken. Bounds and reservations are made at the full price, whatever the hour is.
   */
  readonly cheaperHours?: readonly CheaperHours[] | undefined;
  /** Tiers in ascending order of `aboveInputTokens`; the last one that applies wins. */
  readonly tiers?: readonly PriceTier[] | undefined;
  /**
   * Prices of other classes of service than the standard one, by the provider's name in small letters: `batch`,
   * `flex`, `priority` … A call that was served in a class that is not listed has no known cost.
   */
  readonly serviceTiers?: Readonly<Record<string, ServiceTierPrice>> | undefined;
  readonly gpu?: GpuPrice | undefined;
}

/** A price that replaces the earlier one, as a whole, from a time on. */
export interface PriceChange extends PriceTerms {
  /** ISO 8601. A date without a time means midnight UTC. */
  readonly from: string;
}

/** Price of a model. */
export interface Price extends PriceTerms {
  /** Later prices in ascending order of `from`. A call has the price, and the hours, of the time at which it started. */
  readonly changes?: readonly PriceChange[] | undefined;
  /** Source of the price: an address, or a name for people. */
  readonly source?: string | undefined;
  /** Date on which the price was last compared with its source, as `YYYY-MM-DD`. */
  readonly checkedOn?: string | undefined;
}
