import { InvalidOptionError, type Model, type OwnGpu, type ProviderOptions } from "../../contracts/index.ts";
import type { OutputLimitField } from "./internal/openai-body.ts";
import { openaiChat } from "./internal/openai-chat.ts";
import { foreignClientOptions } from "./internal/openai-client.ts";
import { checkClient, type OpenAiClient } from "./internal/openai-lane.ts";
import { openaiRoute, usualHeaders } from "./internal/openai-route.ts";
import { readKey } from "./internal/provider-key.ts";
import { checkProviderOptions, checkUrl, factsOf } from "./internal/provider-options.ts";

export interface OpenAiCompatibleOptions extends ProviderOptions {
  /** Address including `/v1`, for instance `http://localhost:8000/v1`. */
  readonly baseUrl: string;
  /** Name of the provider in facts and in `provider:model`. Default `openai-compatible`. */
  readonly provider?: string | undefined;
  /**
   * Name of the output limit. Default `max_tokens`, which every server knows; OpenAI's reasoning models
   * behind a gateway need `max_completion_tokens`.
   */
  readonly outputLimitField?: OutputLimitField | undefined;
  /** See `OpenAiClient`. Default `direct`. */
  readonly client?: OpenAiClient | undefined;
  /** Own GPUs behind the address, in place of `price`: what a token costs on them is measured. */
  readonly gpu?: OwnGpu | undefined;
}

/**
 * A model behind any endpoint that speaks OpenAI chat completions: vLLM, TGI, Ollama, llama.cpp, gateways,
 * compatible clouds. `apiKey` is optional and never read from the environment; nothing that the environment
 * holds for OpenAI is sent. The server's own fields (`chat_template_kwargs`, `guided_json` …) are sent
 * unchanged. An answer that contains such fields (reasoning, for instance) is marked with `written_by`, and
 * those that another model wrote are left out of later requests. `health()` requests the list of models.
 *
 * Throws `InvalidOptionError`.
 */
export function openaiCompatible(model: string, options: OpenAiCompatibleOptions): Model {
  checkProviderOptions("openaiCompatible", model, options, ["provider", "outputLimitField", "client", "gpu"]);
  const { provider = "openai-compatible", outputLimitField = "max_tokens" } = options;
  checkClient("openaiCompatible", options.client);
  checkUrl("openaiCompatible.baseUrl", options.baseUrl);
  if (typeof provider !== "string" || provider.trim() === "" || provider.includes(":"))
    throw new InvalidOptionError("openaiCompatible.provider", provider, "a non-empty string without a colon");
  if (outputLimitField !== "max_tokens" && outputLimitField !== "max_completion_tokens")
    throw new InvalidOptionError(
      "openaiCompatible.outputLimitField",
      outputLimitField,
      '"max_tokens" or "max_completion_tokens"',
    );

  const facts = factsOf(provider, model, options);
  return openaiChat({
    facts,
    defaults: options.defaults,
    outputLimitField,
    readKey: () => readKey("openaiCompatible", options.apiKey, undefined),
    // The SDK requires a key: without one, the header that would carry it is left out.
    connect: (sdk, apiKey) =>
      new sdk.OpenAI({
        ...foreignClientOptions(options, facts.name, apiKey === undefined ? ["authorization"] : []),
        apiKey: apiKey ?? "none",
      }),
    direct:
      options.client === "sdk"
        ? undefined
        : {
            fetch: options.fetch,
            routeFor: (apiKey) =>
              openaiRoute(options.baseUrl, [
                usualHeaders,
                { authorization: apiKey === undefined ? undefined : `Bearer ${apiKey}` },
                options.headers ?? {},
              ]),
          },
  });
}
