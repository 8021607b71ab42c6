import { InvalidOptionError, type Model, notShown, type ProviderOptions } from "../../contracts/index.ts";
import type { OptionTable } from "../../plugin/index.ts";
import { anthropicContentTypes } from "./internal/content-types.ts";
import { googleToken } from "./internal/google-token.ts";
import { openaiChat } from "./internal/openai-chat.ts";
import { openaiRoute, usualHeaders } from "./internal/openai-route.ts";
import { requireKey } from "./internal/provider-key.ts";
import {
  factsOf,
  type OpenOption,
  providerOptions,
  readProviderOptions,
} from "./internal/provider-options.ts";
import { vertexClaude } from "./internal/vertex-claude.ts";
import { authOption, locationOption, projectOption, vertexHost } from "./internal/vertex-place.ts";
import { vertexWire } from "./internal/vertex-wire.ts";

export interface VertexOptions extends ProviderOptions {
  /** Id of the Google Cloud project. */
  readonly project: string;
  /** Region that serves the model, for instance `us-east5`, or `us`, `eu`, `global`. It becomes the label `region`. */
  readonly location: string;
  /** Id of an endpoint to which you deployed a model yourself. Default `openapi`: Google's own models and partners'. */
  readonly endpoint?: string | undefined;
  /** Options of `google-auth-library`, for instance `{ keyFilename }`. Default: Application Default Credentials. */
  readonly auth?: Readonly<Record<string, unknown>> | undefined;
}

export const vertexOptions: OptionTable<VertexOptions, OpenOption | "auth"> = {
  ...providerOptions,
  project: projectOption,
  location: locationOption,
  endpoint: {
    is: "text",
    pattern: /^[a-z0-9-]{1,63}$/,
    default: "openapi",
    expected: "the id of an endpoint, for instance 1234567890",
  },
  auth: authOption,
};

/**
 * A model of Vertex AI: by its OpenAI-compatible endpoint Llama, Mistral, DeepSeek, gpt-oss, Gemini and what you deployed
 * yourself; by `rawPredict` Claude, whose names begin with `claude-`.
 *
 *     vertex("meta/llama-3.3-70b-instruct-maas", { project: "my-project", location: "us-central1" })
 *     vertex("claude-sonnet-4-5@20250929", { project: "my-project", location: "global" })
 *
 * Requests of Anthropic's Messages go to Claude as their senders wrote them.
 * Tokens come from the package `google-auth-library`, 9 to 11, one request for many calls, renewed before they expire;
 * or from `apiKey`, a function that returns an access token. `baseUrl`: an address in place of
 * `https://<location>-aiplatform.googleapis.com/v1`. `health()` sends a request without messages, which is not answered.
 *
 * Throws `InvalidOptionError`. Calls reject with `MissingDependencyError` without the package, and with
 * `MissingConfigurationError` without credentials.
 */
export function vertex(model: string, given: VertexOptions): Model {
  const options = readProviderOptions("vertex", vertexOptions, model, given);
  const { project, location, endpoint, auth } = options;
  if (auth !== undefined && options.apiKey !== undefined)
    throw new InvalidOptionError("vertex.apiKey", notShown, "absent if auth is given");

  const labels = { region: location, ...options.labels };
  const base = (options.baseUrl ?? `https://${vertexHost(location)}/v1`).replace(/\/$/, "");
  const claude = endpoint === "openapi" ? /^(?:anthropic\/)?(claude-[\w.@-]+)$/.exec(model)?.[1] : undefined;
  const types = claude === undefined ? undefined : anthropicContentTypes;
  const facts = factsOf("vertex", model, { ...options, baseUrl: base, labels }, types);
  const apiKey = options.apiKey ?? googleToken(facts.name, project, auth);
  const place = `${base}/projects/${project}/locations/${location}`;
  const platform = vertexWire({ project, location, apiKey });
  if (claude !== undefined)
    return vertexClaude({
      facts,
      options,
      address: `${place}/publishers/anthropic/models/${claude}`,
      readToken: () => requireKey("vertex", apiKey, "apiKey"),
      platform,
    });
  return openaiChat({
    facts,
    defaults: options.defaults,
    outputLimitField: "max_tokens",
    readKey: () => requireKey("vertex", apiKey, "apiKey"),
    direct: {
      fetch: options.fetch,
      platform,
      routeFor: (token) =>
        openaiRoute(`${place}/endpoints/${endpoint}`, [
          usualHeaders,
          { authorization: `Bearer ${token}` },
          options.headers ?? {},
        ]),
    },
  });
}
