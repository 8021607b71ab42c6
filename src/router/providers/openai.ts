import { InvalidOptionError, type Model, type ProviderOptions } from "../../contracts/index.ts";
import type { OptionTable } from "../../plugin/index.ts";
import { openaiContentTypes } from "./internal/content-types.ts";
import { openaiChat } from "./internal/openai-chat.ts";
import { clientOptions } from "./internal/openai-client.ts";
import { clientOption, type OpenAiClient } from "./internal/openai-lane.ts";
import {
  customHeaders,
  type OpenAiRoute,
  openaiRoute,
  settingOf,
  usualHeaders,
} from "./internal/openai-route.ts";
import { writerOf } from "./internal/provenance.ts";
import { requireKey } from "./internal/provider-key.ts";
import {
  factsOf,
  type OpenOption,
  providerOptions,
  readProviderOptions,
} from "./internal/provider-options.ts";
import { responsesCalls } from "./internal/responses-model.ts";

export interface OpenAiOptions extends ProviderOptions {
  /** See `OpenAiClient`. Default `direct`. */
  readonly client?: OpenAiClient | undefined;
  /**
   * Interface that the model is called by. `responses`: the encrypted reasoning of an answer goes back with the next request,
   * so that a tool loop does not lose it, and a request that came in by `/v1/responses` is sent as it came. Nothing is kept
   * at OpenAI (`store: false`). `stop`, `seed`, penalties, `logit_bias`, `logprobs` and `prediction` do not exist there: they
   * are dropped and reported, or refused with `strictParameters`; custom tools are refused. `defaults.extraBody` is then in
   * the words of that interface. Batches are chat completions anyway. Not with `client: "sdk"`. Default
   * `chat-completions`.
   */
  readonly api?: "chat-completions" | "responses" | undefined;
}

export const openaiOptions: OptionTable<OpenAiOptions, OpenOption> = {
  ...providerOptions,
  client: clientOption,
  api: { is: "choice", of: ["chat-completions", "responses"], default: "chat-completions" },
};

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
  const options = readProviderOptions("openai", openaiOptions, model, given);
  if (options.api === "responses" && options.client === "sdk")
    throw new InvalidOptionError("openai.client", options.client, '"direct" with api: "responses"');
  const facts = factsOf("openai", model, options, openaiContentTypes(model));
  const route = (apiKey: string): OpenAiRoute =>
    openaiRoute(options.baseUrl ?? settingOf("OPENAI_BASE_URL") ?? "https://api.openai.com/v1", [
      usualHeaders,
      {
        "openai-organization": settingOf("OPENAI_ORG_ID"),
        "openai-project": settingOf("OPENAI_PROJECT_ID"),
        authorization: `Bearer ${apiKey}`,
      },
      customHeaders(),
      options.headers ?? {},
    ]);
  const readKey = () => requireKey("openai", options.apiKey, "OPENAI_API_KEY");
  const chat = openaiChat({
    facts,
    defaults: options.defaults,
    outputLimitField: "max_completion_tokens",
    strict: true,
    hasBatches: true,
    readKey,
    connect: (sdk, apiKey) => new sdk.OpenAI({ ...clientOptions(options, facts.name), apiKey }),
    direct: options.client === "sdk" ? undefined : { fetch: options.fetch, routeFor: route },
  });
  if (options.api !== "responses") return chat;
  const { defaults, strictParameters } = options;
  const settings = { model, name: facts.name, writer: writerOf(facts), defaults, strictParameters };
  return {
    ...chat,
    ...responsesCalls({ settings, fetch: options.fetch, route: async () => route(await readKey()) }),
  };
}
