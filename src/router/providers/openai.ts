import { InvalidOptionError, type Model, type ProviderOptions } from "../../contracts/index.ts";
import type { OptionTable } from "../../plugin/index.ts";
import { needsResponses } from "../../plugin/openai-api.ts";
import { openaiContentTypes } from "./internal/content-types.ts";
import { customAsFunctions, takesCustomTools } from "./internal/custom-as-functions.ts";
import { eitherInterface } from "./internal/either-interface.ts";
import { apiOf, apiOfCall, type OpenAiApi, spokenBy } from "./internal/openai-api.ts";
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
import { responsesBatch, responsesCalls } from "./internal/responses-model.ts";

export interface OpenAiOptions extends ProviderOptions {
  /** See `OpenAiClient`. Default `direct`. */
  readonly client?: OpenAiClient | undefined;
  /**
   * Interface that the model is called by. Default: `responses` for models that chat completions refuse, or whose tools they
   * refuse (GPT-5.6 and later, `-pro`, `-codex`), and for calls of GPT-5.4 and GPT-5.5 with tools and an effort; chat
   * completions for all else. A model that refuses a call there and points to Responses is called by Responses from then on;
   * at another `baseUrl` that has no `/responses`, by chat completions.
   *
   * By `responses`, encrypted reasoning, phases and items of an answer go back with the next request, so that a tool loop does
   * not lose them, and a request that came in by `/v1/responses` is sent as it came. Nothing is kept at OpenAI
   * (`store: false`). `stop`, `seed`, penalties, `logit_bias`, `logprobs` and `prediction` do not exist there: they are
   * dropped and reported, or refused with `strictParameters`. An output limit below 16 becomes 16. `defaults.extraBody` is
   * then in the words of that interface. `client: "sdk"` calls by chat completions
   * alone.
   */
  readonly api?: OpenAiApi | undefined;
}

export const openaiOptions: OptionTable<OpenAiOptions, OpenOption | "api"> = {
  ...providerOptions,
  client: clientOption,
  api: { is: "choice", of: ["chat-completions", "responses"], optional: true },
};

/**
 * An OpenAI model.
 *
 * The key is the option, else `OPENAI_API_KEY`, read at each call; `baseUrl` (with `/v1`) is the option,
 * else `OPENAI_BASE_URL`, else OpenAI's. Chat completions or Responses: see the option `api`. By chat completions every
 * request parameter is sent unchanged, so `strictParameters` has nothing to refuse; only `max_tokens` is sent as
 * `max_completion_tokens`.
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
  const api = apiOf(model, options);
  const { defaults, strictParameters } = options;
  const settings = { model, name: facts.name, writer: writerOf(facts), defaults, strictParameters };
  const chat = openaiChat({
    facts,
    defaults,
    outputLimitField: "max_completion_tokens",
    strict: true,
    batches:
      api === "responses" || (api === undefined && needsResponses(model) === "all")
        ? responsesBatch(settings)
        : "chat",
    readKey,
    connect: (sdk, apiKey) => new sdk.OpenAI({ ...clientOptions(options, facts.name), apiKey }),
    direct: options.client === "sdk" ? undefined : { fetch: options.fetch, routeFor: route },
  });
  const takesCustom = takesCustomTools(model);
  if (api === "chat-completions") return customAsFunctions(chat, takesCustom);
  const responses = responsesCalls({
    settings,
    fetch: options.fetch,
    route: async () => route(await readKey()),
  });
  const speaks = spokenBy(model, options);
  const both = {
    ...chat,
    ...(api === "responses"
      ? responses
      : eitherInterface({
          name: facts.name,
          chat,
          responses,
          first: (request) => apiOfCall(model, request, defaults),
        })),
    ...(speaks && { speaks }),
  };
  return customAsFunctions(both, takesCustom);
}
