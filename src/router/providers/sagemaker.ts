import type { Model, ProviderOptions } from "../../contracts/index.ts";
import { type OptionTable, readOption } from "../../plugin/index.ts";
import { refuseKey } from "../../plugin/refuse-key.ts";
import { type AwsCredentialsOption, awsCredentials, credentialsOption } from "./internal/aws-credentials.ts";
import { awsDomain, regionOption } from "./internal/aws-region.ts";
import { awsSigner } from "./internal/aws-signer.ts";
import { openaiChat } from "./internal/openai-chat.ts";
import { openaiRoute, usualHeaders } from "./internal/openai-route.ts";
import {
  factsOf,
  type OpenOption,
  providerOptions,
  readProviderOptions,
} from "./internal/provider-options.ts";
import { sagemakerWire } from "./internal/sagemaker-wire.ts";

export type { AwsCredentials, AwsCredentialsOption } from "./internal/aws-credentials.ts";

export interface SageMakerOptions extends Omit<ProviderOptions, "apiKey"> {
  /** Region of the endpoint, for instance `eu-central-1`. It becomes the label `region`. */
  readonly region: string;
  /** Name of the model that requests say. Default: none, which vLLM, TGI and DJL take for the one that they serve. */
  readonly model?: string | undefined;
  /** Default: the credentials of the environment, as for `bedrock`. */
  readonly credentials?: AwsCredentialsOption | undefined;
}

type Open = Exclude<OpenOption, "apiKey"> | "model" | "credentials";

const { apiKey: _, ...keyless } = providerOptions;

export const sagemakerOptions: OptionTable<SageMakerOptions, Open> = {
  ...keyless,
  region: regionOption,
  model: { is: "text", optional: true },
  credentials: credentialsOption,
};

const endpointRule = {
  is: "text",
  pattern: /^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/,
  expected: "the name of an endpoint",
} as const;

/**
 * A model behind an endpoint of Amazon SageMaker whose container speaks chat completions: vLLM, TGI, DJL.
 *
 *     sagemaker("my-endpoint", { region: "eu-central-1", price: { …, gpu: { usdPerGpuHour: 1.2 } } })
 *
 * Requests are `InvokeEndpoint` and `InvokeEndpointWithResponseStream`, signed through the package
 * `@smithy/signature-v4` with `credentials`, else with those of the environment. An error of the container has the
 * container's own status. Headers such as `x-amzn-sagemaker-inference-component` are given as `headers`. `health()` sends a
 * request without messages, which the container refuses.
 *
 * Throws `InvalidOptionError`. Calls reject with `MissingConfigurationError` without credentials, and with
 * `MissingDependencyError` without the package that signs.
 */
export function sagemaker(endpointName: string, given: SageMakerOptions): Model {
  readOption(endpointRule, "sagemaker.model", endpointName);
  refuseKey("sagemaker", given, "apiKey", "requests are signed with credentials");
  const options = readProviderOptions("sagemaker", sagemakerOptions, endpointName, given);
  const { region, credentials } = options;
  const labels = { region, ...options.labels };
  const base = (options.baseUrl ?? `https://runtime.sagemaker.${region}.${awsDomain(region)}`).replace(
    /\/$/,
    "",
  );
  const facts = factsOf("sagemaker", endpointName, { ...options, baseUrl: base, labels });
  const identity = awsCredentials({ model: facts.name, option: credentials });
  const sign = awsSigner({ neededBy: "sagemaker()", region, service: "sagemaker", credentials: identity });
  const route = openaiRoute(`${base}/endpoints/${endpointName}`, [usualHeaders, options.headers ?? {}]);

  return openaiChat<undefined>({
    facts,
    wireModel: options.model ?? null,
    defaults: options.defaults,
    outputLimitField: "max_tokens",
    readKey: async () => undefined,
    direct: {
      fetch: options.fetch,
      platform: sagemakerWire({ model: facts.name, endpointName, region, refused: identity.refused }),
      routeFor: () => ({
        ...route,
        // The container has one path for requests of all kinds.
        url: (_, streams) => route.url(streams ? "/invocations-response-stream" : "/invocations"),
        sign,
      }),
    },
  });
}
