import type { ModelFacts, OwnGpu, ProviderOptions } from "../../../contracts/index.ts";

/** Option of providers whose server may be the caller's own. */
export interface WithGpu {
  readonly gpu?: OwnGpu | undefined;
}

/**
 * Returns the model facts that the options state; absent keys are unknown. `contentTypes`: the types
 * besides text that the provider's API accepts, unless the options name others.
 */
export function factsOf(
  provider: string,
  model: string,
  options: ProviderOptions & WithGpu,
  contentTypes?: readonly string[],
): ModelFacts {
  const { name = `${provider}:${model}`, labels = {}, price, contextWindow, maxOutputTokens } = options;
  const capabilities =
    contentTypes === undefined ? options.capabilities : { contentTypes, ...options.capabilities };
  return {
    name,
    provider,
    model,
    labels,
    ...(options.baseUrl !== undefined && { endpoint: endpointOf(options.baseUrl) }),
    ...(price !== undefined && { price }),
    ...(options.gpu !== undefined && { gpu: options.gpu }),
    ...(contextWindow !== undefined && { contextWindow }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(capabilities !== undefined && { capabilities }),
    ...(options.assumeCapabilities !== undefined && { assumeCapabilities: [...options.assumeCapabilities] }),
  };
}

/** Returns the part of an address that may be shown: no credentials, no query. */
function endpointOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/$/, "");
}
