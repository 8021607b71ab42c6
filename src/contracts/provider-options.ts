import type { Capabilities, Labels, ModelDefaults, NeededCapability } from "./model.ts";
import type { Price } from "./price.ts";

/** Options that every provider takes. They take precedence over the server and the catalogue. */
export interface ProviderOptions {
  /**
   * Key, or a function that is called before each call of the model. Default: the provider's environment
   * variable.
   */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  /** Address of the endpoint; see each provider for what belongs to it. */
  readonly baseUrl?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Replaces the global `fetch`, if the provider's SDK allows it. */
  readonly fetch?: typeof fetch | undefined;
  readonly defaults?: ModelDefaults | undefined;
  /** Labels of the model. Default `{}`. */
  readonly labels?: Labels | undefined;
  readonly price?: Price | undefined;
  readonly contextWindow?: number | undefined;
  readonly maxOutputTokens?: number | undefined;
  /** Capabilities as you know them: `{ images: true }`. */
  readonly capabilities?: Capabilities | undefined;
  /**
   * Capabilities to take for granted where neither `capabilities` nor the catalogue knows. A request with an
   * image goes only to models that are known or assumed to read images, if a permitted one is.
   */
  readonly assumeCapabilities?: readonly NeededCapability[] | undefined;
  /**
   * Name of the model. Default `provider:model`. Give one if two ids share a model with different
   * `defaults`.
   */
  readonly name?: string | undefined;
  /** Refuses a request parameter that the target does not know, instead of dropping it. Default false. */
  readonly strictParameters?: boolean | undefined;
}
