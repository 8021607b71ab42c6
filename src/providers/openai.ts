import type { Model, ProviderOptions } from "../contracts/index.ts";
import { openaiChat, openaiContentTypes } from "./internal/openai-chat.ts";
import { clientOptions } from "./internal/openai-client.ts";
import { requireKey } from "./internal/provider-key.ts";
import { checkProviderOptions, factsOf } from "./internal/provider-options.ts";

/**
 * A model of OpenAI.
 *
 * The key is the option, else `OPENAI_API_KEY` at the time of the call; `baseUrl` (with `/v1`) is
 * the option, else `OPENAI_BASE_URL`, else OpenAI's. Every request parameter is sent as it is, so
 * `strictParameters` has nothing to refuse; `max_tokens` goes as `max_completion_tokens`.
 *
 * Of earlier answers, fields that are not OpenAI's are left out, and ids of tool calls above 40
 * characters replaced: a conversation that another model began goes on.
 *
 * Throws `InvalidOptionError`. A call without a key rejects with `MissingConfigurationError`.
 */
export function openai(model: string, options: ProviderOptions = {}): Model {
  checkProviderOptions("openai", model, options);
  return openaiChat({
    facts: factsOf("openai", model, options, openaiContentTypes),
    defaults: options.defaults,
    outputLimitField: "max_completion_tokens",
    strict: true,
    hasBatches: true,
    readKey: () => requireKey("openai", options.apiKey, "OPENAI_API_KEY"),
    connect: (sdk, apiKey) => new sdk.OpenAI({ ...clientOptions(options), apiKey }),
  });
}
