import type { Capabilities, Labels, ModelDefaults, Price } from "./model.ts";

/** Options that every provider takes. What is set here wins over the server and the catalogue. */
export interface ProviderOptions {
  /** Default: the provider's environment variable. A function is asked before each call. */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  readonly baseUrl?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Used instead of the global `fetch`, where the provider's SDK can. */
  readonly fetch?: typeof fetch | undefined;
  readonly defaults?: ModelDefaults | undefined;
  /** Default `{}`. */
  readonly labels?: Labels | undefined;
  readonly price?: Price | undefined;
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  readonly capabilities?: Capabilities | undefined;
  /** Default `provider:model`. Give one when two ids share a model with different `defaults`. */
  readonly name?: string | undefined;
  /** Refuse, instead of dropping, a request parameter that the target does not know. Default false. */
  readonly strictParameters?: boolean | undefined;
}
