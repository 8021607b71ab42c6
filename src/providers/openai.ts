import type { Model, ProviderOptions } from "../contracts/index.ts";
import { withBaseUrl } from "../plugin/base-url.ts";
import { openaiContentTypes } from "./internal/content-types.ts";
import { openaiChat } from "./internal/openai-chat.ts";
import { clientOptions } from "./internal/openai-client.ts";
import { checkClient, type OpenAiClient } from "./internal/openai-lane.ts";
import { customHeaders, openaiRoute, settingOf, usualHeaders } from "./internal/openai-route.ts";
import { requireKey } from "./internal/provider-key.ts";
import { checkProviderOptions, factsOf } from "./internal/provider-options.ts";

export interface OpenAiOptions extends ProviderOptions {
  /** See `OpenAiClient`. Default `direct`. */
  readonly client?: OpenAiClient | undefined;
}

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
export function openai(model: string, given: OpenAiOptions = {}): Model {
  const options = withBaseUrl("openai", given);
  checkProviderOptions("openai", model, options, ["client"]);
  checkClient("openai", options.client);
  const facts = factsOf("openai", model, options, openaiContentTypes);
  return openaiChat({
    facts,
    defaults: options.defaults,
    outputLimitField: "max_completion_tokens",
    strict: true,
    hasBatches: true,
    readKey: () => requireKey("openai", options.apiKey, "OPENAI_API_KEY"),
    connect: (sdk, apiKey) => new sdk.OpenAI({ ...clientOptions(options, facts.name), apiKey }),
    direct:
      options.client === "sdk"
        ? undefined
        : {
            fetch: options.fetch,
            routeFor: (apiKey) =>
              openaiRoute(options.baseUrl ?? settingOf("OPENAI_BASE_URL") ?? "https://api.openai.com/v1", [
                usualHeaders,
                {
                  "openai-organization": settingOf("OPENAI_ORG_ID"),
                  "openai-project": settingOf("OPENAI_PROJECT_ID"),
                  authorization: `Bearer ${apiKey}`,
                },
                customHeaders(),
                options.headers ?? {},
              ]),
          },
  });
}
