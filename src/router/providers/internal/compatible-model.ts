import {
  InvalidOptionError,
  type Model,
  type OwnGpu,
  type ProviderOptions,
  type RoleRule,
} from "../../../contracts/index.ts";
import { customAsFunctions } from "./custom-as-functions.ts";
import type { OpenAiApi } from "./openai-api.ts";
import type { OutputLimitField } from "./openai-body.ts";
import { openaiChat } from "./openai-chat.ts";
import { foreignClientOptions } from "./openai-client.ts";
import type { OpenAiClient } from "./openai-lane.ts";
import { type OpenAiRoute, openaiRoute, usualHeaders } from "./openai-route.ts";
import { writerOf } from "./provenance.ts";
import { readKey } from "./provider-key.ts";
import { factsOf } from "./provider-options.ts";
import { responsesCalls, speaksResponses } from "./responses-model.ts";

export interface CompatibleOptions extends ProviderOptions {
  readonly baseUrl: string;
  readonly outputLimitField?: OutputLimitField | undefined;
  readonly client?: OpenAiClient | undefined;
  readonly api?: OpenAiApi | undefined;
  readonly gpu?: OwnGpu | undefined;
  readonly isEngine?: boolean | undefined;
  readonly roles?: RoleRule | undefined;
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
  const { defaults, strictParameters } = options;
  if (options.api === "responses" && options.client === "sdk")
    throw new InvalidOptionError(`${owner}.client`, options.client, '"direct" with api: "responses"');
  const readOwnKey = () => readKey(owner, options.apiKey, undefined);
  const routeFor = (apiKey: string | undefined): OpenAiRoute =>
    openaiRoute(options.baseUrl, [
      usualHeaders,
      { authorization: apiKey === undefined ? undefined : `Bearer ${apiKey}` },
      options.headers ?? {},
    ]);
  const chat = openaiChat({
    facts,
    defaults,
    isEngine: options.isEngine,
    roles: options.roles,
    outputLimitField: options.outputLimitField ?? "max_tokens",
    readKey: readOwnKey,
    // The SDK requires a key: without one, the header that would carry it is left out.
    connect: (sdk, apiKey) =>
      new sdk.OpenAI({
        ...foreignClientOptions(options, facts.name, apiKey === undefined ? ["authorization"] : []),
        apiKey: apiKey ?? "none",
      }),
    direct: options.client === "sdk" ? undefined : { fetch: options.fetch, routeFor },
  });
  if (options.api !== "responses") return chat;
  const settings = { model, name: facts.name, writer: writerOf(facts), defaults, strictParameters };
  const route = async () => routeFor(await readOwnKey());
  const calls = responsesCalls({ settings, fetch: options.fetch, route });
  return customAsFunctions({ ...chat, ...calls, speaks: speaksResponses });
}
