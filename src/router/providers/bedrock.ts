import {
  InvalidOptionError,
  MissingConfigurationError,
  type Model,
  notShown,
  type ProviderOptions,
} from "../../contracts/index.ts";
import type { OptionTable } from "../../plugin/index.ts";
import { type AwsCredentialsOption, awsCredentials, credentialsOption } from "./internal/aws-credentials.ts";
import { awsDomain, regionOption } from "./internal/aws-region.ts";
import { awsSigner } from "./internal/aws-signer.ts";
import { bedrockLabels } from "./internal/bedrock-labels.ts";
import { bedrockModel } from "./internal/bedrock-model.ts";
import { bedrockWire } from "./internal/bedrock-wire.ts";
import { anthropicContentTypes, converseContentTypes } from "./internal/content-types.ts";
import { openaiChat } from "./internal/openai-chat.ts";
import { foreignClientOptions } from "./internal/openai-client.ts";
import { clientOption, type OpenAiClient } from "./internal/openai-lane.ts";
import { openaiRoute, usualHeaders } from "./internal/openai-route.ts";
import { pathOf } from "./internal/path-of.ts";
import { readKey } from "./internal/provider-key.ts";
import {
  factsOf,
  type OpenOption,
  providerOptions,
  readProviderOptions,
} from "./internal/provider-options.ts";
import { tellRefused } from "./internal/token-source.ts";

export type { AwsCredentials, AwsCredentialsOption } from "./internal/aws-credentials.ts";

export interface BedrockOptions extends ProviderOptions {
  /** Region of the endpoint, for instance `eu-central-1`. */
  readonly region: string;
  /**
   * `runtime` (default): `bedrock-runtime.<region>.amazonaws.com`, which AWS recommends and which takes inference
   * profiles. `mantle`: `bedrock-mantle.<region>.api.aws`, for models that only it serves.
   */
  readonly endpoint?: "runtime" | "mantle" | undefined;
  /**
   * Interface by which the model is called. `chat`: chat completions, which OpenAI's models speak, and all at `mantle`.
   * `converse`: Converse, which all models of `runtime` speak. `invoke`: InvokeModel with the Messages of Anthropic, for Claude:
   * requests of that protocol then go as their senders wrote them. Default: `chat` for ids of OpenAI's models (`openai.…`) and
   * at `mantle`, `converse` for all others.
   */
  readonly api?: "chat" | "converse" | "invoke" | undefined;
  /** Signs requests with these credentials (SigV4), where a key cannot serve. Excludes `apiKey`. */
  readonly credentials?: AwsCredentialsOption | undefined;
  /** See `OpenAiClient`. `sdk` is OpenAI's own client for Bedrock, which needs a key and speaks `chat`. Default `direct`. */
  readonly client?: OpenAiClient | undefined;
}

export const bedrockOptions: OptionTable<BedrockOptions, OpenOption | "credentials" | "api"> = {
  ...providerOptions,
  region: regionOption,
  endpoint: { is: "choice", of: ["runtime", "mantle"], default: "runtime" },
  api: { is: "choice", of: ["chat", "converse", "invoke"], optional: true },
  credentials: credentialsOption,
  client: clientOption,
};

/**
 * A model of Amazon Bedrock: Claude, Nova, Llama, Mistral, gpt-oss … `model` is its id, that of an inference profile, or an ARN.
 *
 *     bedrock("openai.gpt-oss-120b-1:0", { region: "eu-central-1" })
 *     bedrock("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", { region: "eu-central-1" })
 *
 * By Converse, fields that chat completions lack are given as `defaults.extraBody`, for instance `{ guardrailConfig }` or
 * `{ performanceConfig }`; those of objects are merged one by one. A guardrail that steps in ends an answer with
 * `content_filter`, and what it found is in `provider_metadata`. Images and documents are sent as bytes, or by an `s3:` address.
 * `baseUrl` ends before `/chat/completions` or `/model`.
 *
 * The key is `apiKey` (a Bedrock API key, or a function that returns one), else `AWS_BEARER_TOKEN_BEDROCK`, read at each
 * call. Where there is none, requests are signed with `credentials`, else with those of the environment, through the
 * packages `@smithy/signature-v4` and, for files, profiles and roles, `@aws-sdk/credential-provider-node`. Labels
 * `region` and `inferenceProfile` say where a request may be processed. `health()` sends a request without messages,
 * which is not answered.
 *
 * Throws `InvalidOptionError`. Calls reject with `MissingConfigurationError` without key and credentials, and with
 * `MissingDependencyError` without the package that signs.
 */
export function bedrock(model: string, given: BedrockOptions): Model {
  const options = readProviderOptions("bedrock", bedrockOptions, model, given);
  const { region, endpoint, credentials } = options;
  if (credentials !== undefined && (options.apiKey !== undefined || options.client === "sdk"))
    throw new InvalidOptionError(
      "bedrock.credentials",
      notShown,
      'absent with apiKey, and with client "sdk"',
    );
  const named = /^arn:[^:]*:[^:]*:([^:]+):/.exec(model)?.[1];
  if (named !== undefined && named !== region)
    throw new InvalidOptionError("bedrock.region", region, `${named}, the region that the model's ARN names`);
  const api = apiOf(model, options);

  const host =
    endpoint === "runtime"
      ? `bedrock-runtime.${region}.${awsDomain(region)}`
      : `bedrock-mantle.${region}.api.aws`;
  const baseUrl = options.baseUrl ?? `https://${host}${api === "chat" ? "/openai/v1" : ""}`;
  const labels = { ...bedrockLabels(model, region), ...options.labels };
  const facts = factsOf("bedrock", model, { ...options, baseUrl, labels }, contentTypes[api]);
  const identity = awsCredentials({ model: facts.name, option: credentials, others: [variable] });
  const service = endpoint === "runtime" ? "bedrock" : "bedrock-mantle";
  const sign = awsSigner({ neededBy: "bedrock()", region, service, credentials: identity });

  const platform = bedrockWire({
    region,
    endpoint,
    refused: () => tellRefused(options.apiKey) || identity.refused(),
  });
  const key = async () =>
    credentials === undefined ? readKey("bedrock", options.apiKey, variable) : undefined;
  if (api !== "chat") {
    const path = pathOf("bedrock.model", model).replaceAll("/", "%2F");
    return bedrockModel({ api, facts, options, baseUrl, path, readKey: key, sign, platform });
  }

  return openaiChat<string | undefined>({
    facts,
    defaults: options.defaults,
    outputLimitField: "max_completion_tokens",
    readKey: key,
    connect: (sdk, apiKey) => {
      if (apiKey === undefined) throw missingKey(facts.name);
      const { adminAPIKey: _, workloadIdentity: __, ...usual } = foreignClientOptions(options, facts.name);
      return new sdk.BedrockOpenAI({
        ...usual,
        apiKey,
        // Always set: otherwise the SDK uses AWS_BEDROCK_BASE_URL.
        baseURL: baseUrl,
        awsRegion: region,
      });
    },
    direct:
      options.client === "sdk"
        ? undefined
        : {
            fetch: options.fetch,
            platform,
            routeFor: (apiKey) => {
              const key = { authorization: apiKey === undefined ? undefined : `Bearer ${apiKey}` };
              const route = openaiRoute(baseUrl, [usualHeaders, key, options.headers ?? {}]);
              return apiKey === undefined ? { ...route, sign } : route;
            },
          },
  });
}

const variable = "AWS_BEARER_TOKEN_BEDROCK";

const contentTypes = { chat: undefined, converse: converseContentTypes, invoke: anthropicContentTypes };

/** Returns the interface of a model. Throws `InvalidOptionError` where the options contradict each other. */
function apiOf(
  model: string,
  { api, endpoint, client }: Pick<BedrockOptions, "api" | "endpoint" | "client">,
): "chat" | "converse" | "invoke" {
  const isOpenAi = /^(?:(?:[a-z]{2}|us-gov|apac|global)\.)?openai\./.test(
    model.slice(model.lastIndexOf("/") + 1),
  );
  const chosen = api ?? (endpoint === "mantle" || isOpenAi ? "chat" : "converse");
  if (chosen === "chat") return chosen;
  if (endpoint === "mantle")
    throw new InvalidOptionError("bedrock.api", chosen, '"chat" with endpoint "mantle", which has no other');
  if (client === "sdk")
    throw new InvalidOptionError(
      "bedrock.client",
      client,
      `absent with api "${chosen}", which OpenAI's client does not speak`,
    );
  // An ARN may hide the model.
  if (chosen === "invoke" && !/claude|^arn:/i.test(model))
    throw new InvalidOptionError("bedrock.api", chosen, '"converse" for all models but Claude');
  return chosen;
}

function missingKey(model: string): MissingConfigurationError {
  return new MissingConfigurationError(
    `${model} has no key, which client "sdk" needs: set ${variable}, or the option apiKey`,
    [variable],
  );
}
