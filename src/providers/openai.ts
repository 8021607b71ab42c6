import type { Model, ProviderOptions } from "../contracts/index.ts";
import { withBaseUrl } from "../plugin/base-url.ts";
import { openaiChat, openaiContentTypes } from "./internal/openai-chat.ts";
import { clientOptions } from "./internal/openai-client.ts";
import { requireKey } from "./internal/provider-key.ts";
import { checkProviderOptions, factsOf } from "./internal/provider-options.ts";

/**
 * An OpenAI model.
 *
 * The key is the option, else `OPENAI_API_KEY`, read at each call; `baseUrl` (with `/v1`) is the option,
 * else `OPENAI_BASE_URL`, else OpenAI's. Every request parameter is sent unchanged, so `strictParameters`
 * has nothing to refuse; only `max_tokens` is sent as `max_completion_tokens`.
 *
 * In earlier answers, fields that OpenAI does not know are left out and tool call ids of more than 40
 * characters are replaced, so that a conversation that another model began can continue.
 *
 * Throws `InvalidOptionError`. A call without a key rejects with `MissingConfigurationError`.
 */
export function openai(model: string, given: ProviderOptions = {}): Model {
  const options = withBaseUrl("openai", given);
  checkProviderOptions("openai", model, options);
  const facts = factsOf("openai", model, options, openaiContentTypes);
  return openaiChat({
    facts,
    defaults: options.defaults,
    outputLimitField: "max_completion_tokens",
    strict: true,
    hasBatches: true,
    readKey: () => requireKey("openai", options.apiKey, "OPENAI_API_KEY"),
    connect: (sdk, apiKey) => new sdk.OpenAI({ ...clientOptions(options, facts.name), apiKey }),
  });
}
