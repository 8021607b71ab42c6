import {
  InvalidOptionError,
  MissingConfigurationError,
  type Model,
  type ProviderOptions,
} from "../../contracts/index.ts";
import { environment } from "../../plugin/environment.ts";
import type { OptionTable } from "../../plugin/index.ts";
import { azureWire } from "./internal/azure-wire.ts";
import { openaiContentTypes } from "./internal/content-types.ts";
import { customAsFunctions, takesCustomTools } from "./internal/custom-as-functions.ts";
import { apiOption, type OpenAiApi } from "./internal/openai-api.ts";
import { openaiChat } from "./internal/openai-chat.ts";
import { foreignClientOptions } from "./internal/openai-client.ts";
import { clientOption, type OpenAiClient } from "./internal/openai-lane.ts";
import { openaiRoute, usualHeaders } from "./internal/openai-route.ts";
import { pathOf } from "./internal/path-of.ts";
import { writerOf } from "./internal/provenance.ts";
import { requireKey } from "./internal/provider-key.ts";
import {
  factsOf,
  type OpenOption,
  providerOptions,
  readProviderOptions,
} from "./internal/provider-options.ts";
import { responsesCalls, speaksResponses } from "./internal/responses-model.ts";

export { type EntraCredential, type EntraOptions, entraId } from "./internal/entra-id.ts";
export type { TokenSource } from "./internal/token-source.ts";

export interface AzureOptions extends ProviderOptions {
  /** `https://<resource>.openai.azure.com`. Default: `AZURE_OPENAI_ENDPOINT`. Excludes `baseUrl`. */
  readonly endpoint?: string | undefined;
  /** `https://<resource>.openai.azure.com/openai`, if it cannot be derived from the endpoint. */
  readonly baseUrl?: string | undefined;
  /** API version, for instance `2024-10-21`. Default: `OPENAI_API_VERSION`. */
  readonly apiVersion?: string | undefined;
  /** Name of the deployment. Default: the model's name. */
  readonly deployment?: string | undefined;
  /** See `OpenAiClient`. Default `direct`. */
  readonly client?: OpenAiClient | undefined;
  /**
   * Interface that the deployment is called by. `responses`, at `/openai/v1/responses` without an API version: needed for
   * tools of GPT-5.4 and later, as with `openai`; see its option `api`. Not with `client: "sdk"`. Default `chat-completions`.
   */
  readonly api?: OpenAiApi | undefined;
}

export const azureOptions: OptionTable<AzureOptions, OpenOption | "endpoint" | "apiVersion" | "deployment"> =
  {
    ...providerOptions,
    endpoint: providerOptions.baseUrl,
    apiVersion: { is: "text", optional: true },
    deployment: { is: "text", optional: true },
    client: clientOption,
    api: apiOption,
  };

/**
 * An OpenAI model on Azure. The key is the option, else `AZURE_OPENAI_API_KEY`, read at each call. A token of Entra ID
 * (`apiKey: entraId()`, or a function of your own that returns one) is known by its dots, and sent as
 * `authorization: Bearer`; a key as `api-key`. What Azure's content filter found stays in answers
 * (`content_filter_results`). Every request parameter is sent unchanged, except that `max_tokens` is sent as `max_completion_tokens`.
 *
 * Throws `InvalidOptionError`. A call without key, endpoint or version rejects with
 * `MissingConfigurationError`.
 */
export function azure(model: string, given: AzureOptions = {}): Model {
  const options = readProviderOptions("azure", azureOptions, model, given);
  const { endpoint, apiVersion, deployment = model, ...common } = options;
  if (endpoint !== undefined && common.baseUrl !== undefined)
    throw new InvalidOptionError("azure.endpoint", endpoint, "absent if baseUrl is given");
  const path = pathOf("azure.deployment", deployment);

  const addressed = { ...common, baseUrl: common.baseUrl ?? endpoint };
  const facts = factsOf("azure", model, addressed, openaiContentTypes(model));
  const baseUrl = (): string =>
    common.baseUrl ?? `${withoutSlash(endpoint ?? setting("endpoint", "AZURE_OPENAI_ENDPOINT"))}/openai`;
  const { api, defaults, strictParameters } = options;
  if (api === "responses" && options.client === "sdk")
    throw new InvalidOptionError("azure.client", options.client, '"direct" with api: "responses"');
  const readKey = () => requireKey("azure", options.apiKey, "AZURE_OPENAI_API_KEY");
  const platform = azureWire({ model: facts.name, deployment, apiKey: options.apiKey });
  const layersOf = (apiKey: string) => {
    const key = isToken(apiKey) ? { authorization: `Bearer ${apiKey}` } : { "api-key": apiKey };
    return [usualHeaders, key, options.headers ?? {}];
  };
  const chat = openaiChat({
    facts,
    defaults,
    outputLimitField: "max_completion_tokens",
    strict: true,
    readKey,
    connect: (sdk, apiKey) =>
      new sdk.AzureOpenAI({
        ...foreignClientOptions(common, facts.name),
        // With a token the SDK must not look for a key of its own.
        ...(isToken(apiKey)
          ? { apiKey: "", azureADTokenProvider: () => Promise.resolve(apiKey) }
          : { apiKey }),
        // Always set: otherwise the SDK uses OPENAI_BASE_URL, which belongs to another provider.
        baseURL: baseUrl(),
        apiVersion: apiVersion ?? setting("apiVersion", "OPENAI_API_VERSION"),
        // The SDK puts it into the address as it is.
        deployment: path,
      }),
    direct:
      options.client === "sdk"
        ? undefined
        : {
            fetch: options.fetch,
            platform,
            routeFor: (apiKey) => {
              const base = baseUrl();
              const { url, headers } = openaiRoute(base, layersOf(apiKey), {
                "api-version": apiVersion ?? setting("apiVersion", "OPENAI_API_VERSION"),
              });
              const deployed = base.includes("/deployments") ? "" : `/deployments/${path}`;
              return { url: (at) => url(at === "/models" ? at : `${deployed}${at}`), headers };
            },
          },
  });
  const takesCustom = takesCustomTools(model);
  if (api !== "responses") return customAsFunctions(chat, takesCustom);
  // The deployment takes the place of the model's name.
  const settings = {
    model: deployment,
    name: facts.name,
    writer: writerOf(facts),
    defaults,
    strictParameters,
  };
  const calls = responsesCalls({
    settings,
    fetch: options.fetch,
    platform,
    route: async () => openaiRoute(`${withoutSlash(baseUrl())}/v1`, layersOf(await readKey())),
  });
  return customAsFunctions({ ...chat, ...calls, speaks: speaksResponses }, takesCustom);
}

/** True for a token of Entra ID: its parts are joined by dots, which a key has none of. */
function isToken(apiKey: string): boolean {
  return apiKey.includes(".");
}

function setting(option: keyof AzureOptions, variable: string): string {
  const value = environment()[variable]?.trim();
  if (value) return value;
  throw new MissingConfigurationError(`azure has no ${option}: set ${variable}, or the option ${option}`, [
    variable,
  ]);
}

function withoutSlash(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : url;
}
