import type { Model, OwnGpu, ProviderOptions } from "../../../contracts/index.ts";
import type { OutputLimitField } from "./openai-body.ts";
import { openaiChat } from "./openai-chat.ts";
import { foreignClientOptions } from "./openai-client.ts";
import type { OpenAiClient } from "./openai-lane.ts";
import { openaiRoute, usualHeaders } from "./openai-route.ts";
import { readKey } from "./provider-key.ts";
import { factsOf } from "./provider-options.ts";

export interface CompatibleOptions extends ProviderOptions {
  readonly baseUrl: string;
  readonly outputLimitField?: OutputLimitField | undefined;
  readonly client?: OpenAiClient | undefined;
  readonly gpu?: OwnGpu | undefined;
  readonly isEngine?: boolean | undefined;
}

/**
 * A model behind an endpoint that speaks OpenAI chat completions: an engine, a gateway, a cloud. `owner` is the
 * function that has checked the options, for messages. Nothing that the environment holds for OpenAI is sent.
 */
export function compatibleModel(
  owner: string,
  provider: string,
  model: string,
  options: CompatibleOptions,
): Model {
  const facts = factsOf(provider, model, options);
  return openaiChat({
    facts,
    defaults: options.defaults,
    isEngine: options.isEngine,
    outputLimitField: options.outputLimitField ?? "max_tokens",
    readKey: () => readKey(owner, options.apiKey, undefined),
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
