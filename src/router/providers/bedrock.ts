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
import { bedrockWire } from "./internal/bedrock-wire.ts";
import { openaiChat } from "./internal/openai-chat.ts";
import { foreignClientOptions } from "./internal/openai-client.ts";
import { clientOption, type OpenAiClient } from "./internal/openai-lane.ts";
import { openaiRoute, usualHeaders } from "./internal/openai-route.ts";
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
  /** Signs requests with these credentials (SigV4), where a key cannot serve. Excludes `apiKey`. */
  readonly credentials?: AwsCredentialsOption | undefined;
  /** See `OpenAiClient`. `sdk` is OpenAI's own client for Bedrock, which needs a key. Default `direct`. */
  readonly client?: OpenAiClient | undefined;
}

export const bedrockOptions: OptionTable<BedrockOptions, OpenOption | "credentials"> = {
  ...providerOptions,
  region: regionOption,
  endpoint: { is: "choice", of: ["runtime", "mantle"], default: "runtime" },
  credentials: credentialsOption,
  client: clientOption,
};

/**
 * A model behind the OpenAI-compatible endpoint of Amazon Bedrock.
 *
 *     bedrock("openai.gpt-oss-120b-1:0", { region: "eu-central-1" })
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

  const host =
    endpoint === "runtime"
      ? `bedrock-runtime.${region}.${awsDomain(region)}`
      : `bedrock-mantle.${region}.api.aws`;
  const baseUrl = options.baseUrl ?? `https://${host}/openai/v1`;
  const labels = { ...bedrockLabels(model, region), ...options.labels };
  const facts = factsOf("bedrock", model, { ...options, baseUrl, labels });
  const identity = awsCredentials({ model: facts.name, option: credentials, others: [variable] });
  const service = endpoint === "runtime" ? "bedrock" : "bedrock-mantle";
  const sign = awsSigner({ neededBy: "bedrock()", region, service, credentials: identity });

  return openaiChat<string | undefined>({
    facts,
    defaults: options.defaults,
    outputLimitField: "max_completion_tokens",
    readKey: async () =>
      credentials === undefined ? readKey("bedrock", options.apiKey, variable) : undefined,
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
            platform: bedrockWire({
              region,
              endpoint,
              refused: () => tellRefused(options.apiKey) || identity.refused(),
            }),
            routeFor: (apiKey) => {
              const key = { authorization: apiKey === undefined ? undefined : `Bearer ${apiKey}` };
              const route = openaiRoute(baseUrl, [usualHeaders, key, options.headers ?? {}]);
              return apiKey === undefined ? { ...route, sign } : route;
            },
          },
  });
}

const variable = "AWS_BEARER_TOKEN_BEDROCK";

function missingKey(model: string): MissingConfigurationError {
  return new MissingConfigurationError(
    `${model} has no key, which client "sdk" needs: set ${variable}, or the option apiKey`,
    [variable],
  );
}
