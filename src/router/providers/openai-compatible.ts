import {
  InvalidOptionError,
  type Model,
  type OwnGpu,
  type ProviderOptions,
  type RoleRule,
} from "../../contracts/index.ts";
import type { OptionTable } from "../../plugin/index.ts";
import { checkOwnGpu } from "../../plugin/own-gpu.ts";
import { compatibleModel } from "./internal/compatible-model.ts";
import { apiOption, type OpenAiApi } from "./internal/openai-api.ts";
import type { OutputLimitField } from "./internal/openai-body.ts";
import { clientOption, type OpenAiClient } from "./internal/openai-lane.ts";
import {
  addressOption,
  type OpenOption,
  providerOptions,
  readProviderOptions,
} from "./internal/provider-options.ts";
import { rolesOption } from "./internal/role-rule.ts";

export interface OpenAiCompatibleOptions extends ProviderOptions {
  /** Address including `/v1`, for instance `http://localhost:4000/v1`. */
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
  /**
   * Interface that the model is called by. `responses` for servers that have it (xAI, OpenRouter, DeepSeek): reasoning and
   * items go back with the next request, and a request that came in by `/v1/responses` is sent as it came. See the option
   * `api` of `openai`. Not with `client: "sdk"`. Default `chat-completions`.
   */
  readonly api?: OpenAiApi | undefined;
  /** Own GPUs behind the address, in place of `price`: what a token costs on them is measured. */
  readonly gpu?: OwnGpu | undefined;
  /**
   * Rule for messages, if the server's chat template is not the usual one of its model: `as-sent`, `one-system`, `alternating` or
   * `no-system`. Then refusals change nothing. Default: by engine and family of the model, and as refusals of the last hour show.
   */
  readonly roles?: RoleRule | undefined;
}

type Open = Exclude<OpenOption, "baseUrl"> | "gpu" | "roles";

export const openaiCompatibleOptions: OptionTable<OpenAiCompatibleOptions, Open> = {
  ...providerOptions,
  baseUrl: addressOption,
  provider: {
    is: "text",
    pattern: /^[^:]*$/,
    default: "openai-compatible",
    expected: "a non-empty string without a colon",
  },
  outputLimitField: { is: "choice", of: ["max_tokens", "max_completion_tokens"], default: "max_tokens" },
  client: clientOption,
  api: apiOption,
  roles: rolesOption,
  gpu: { is: "any", optional: true, expected: "own GPUs, in place of a price" },
};

/** Engines that have a function of their own, by the name of their provider. */
const engines: ReadonlyMap<unknown, string> = new Map([
  ["vllm", "vllm"],
  ["sglang", "sglang"],
  ["tgi", "tgi"],
  ["llama.cpp", "llamaCpp"],
  ["ollama", "ollama"],
]);

/**
 * A model behind an endpoint that speaks OpenAI chat completions and has no function of its own: gateways, compatible
 * clouds, servers of your own. Engines have theirs in `switchpoint/providers/engines`: `vllm`, `sglang`, `tgi`,
 * `llamaCpp`, `ollama`. `apiKey` is optional and never read from the environment; nothing that the environment holds for
 * OpenAI is sent. The server's own fields are sent unchanged. An answer that contains such fields (reasoning, for
 * instance) is marked with `written_by`, and those that another model wrote are left out of later requests. `health()`
 * requests the list of models.
 *
 * Throws `InvalidOptionError`.
 */
export function openaiCompatible(model: string, given: OpenAiCompatibleOptions): Model {
  const options = readProviderOptions("openaiCompatible", openaiCompatibleOptions, model, given);
  const { provider, gpu, price } = options;
  if (gpu !== undefined) checkOwnGpu("openaiCompatible.gpu", gpu, price);
  const engine = engines.get(provider);
  if (engine !== undefined)
    throw new InvalidOptionError(
      "openaiCompatible.provider",
      provider,
      `no engine: use ${engine}("…", { baseUrl }) of switchpoint/providers/engines`,
    );
  return compatibleModel("openaiCompatible", provider, model, options);
}
