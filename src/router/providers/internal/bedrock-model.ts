import type { Model, ModelFacts, ProviderError, ProviderOptions } from "../../../contracts/index.ts";
import { bedrockEvents, type StreamException } from "./bedrock-events.ts";
import { claudeOnPlatform, listOf } from "./claude-on-platform.ts";
import { toCompletion } from "./converse-answer.ts";
import { converseModel } from "./converse-models.ts";
import { toConverseBody } from "./converse-request.ts";
import { endsAnswer, toChunks } from "./converse-stream.ts";
import type { PlatformWire } from "./openai-direct.ts";
import { failureOf } from "./openai-errors.ts";
import { readError } from "./openai-fetch.ts";
import { type OpenAiRoute, openaiRoute, usualHeaders } from "./openai-route.ts";
import { restated } from "./platform-failure.ts";
import { type PlatformTarget, platformModel, safeKey } from "./platform-model.ts";
import { writerOf } from "./provenance.ts";
import type { FailureText, WrittenWire } from "./written-calls.ts";

export interface BedrockTarget {
  readonly api: "converse" | "invoke";
  readonly facts: ModelFacts;
  readonly options: Pick<ProviderOptions, "defaults" | "fetch" | "headers" | "strictParameters">;
  /** Address that ends before `/model`. */
  readonly baseUrl: string;
  /** Name of the model, encoded for an address. */
  readonly path: string;
  /** Returns the key; undefined if requests are signed. */
  readKey(): string | undefined | Promise<string | undefined>;
  readonly sign: NonNullable<OpenAiRoute["sign"]>;
  readonly platform: PlatformWire;
}

/** A model of Bedrock by Converse, or, for Claude, by its own API. */
export function bedrockModel(target: BedrockTarget): Model {
  return platformModel({
    ...(target.api === "converse" ? converse(target) : invoke(target)),
    requestOf: requestsOf(target),
  });
}

function converse(target: BedrockTarget): Omit<PlatformTarget, "requestOf"> {
  const { facts, options } = target;
  const { name, model, maxOutputTokens } = facts;
  const { defaults, strictParameters } = options;
  const writer = writerOf(facts);
  const settings = { name, writer, model: converseModel(model), defaults, maxOutputTokens, strictParameters };
  return {
    facts,
    defaults,
    probe: { messages: [] },
    wire: {
      ...wireOf(target),
      name,
      writer,
      completionOf: (body, context) => toCompletion(body, { ...context, model }),
      chunksOf: (events, context) => toChunks(events, { ...context, model }),
      endsAnswer,
      isFailure: () => false,
    },
    bodyOf: (request, { onDropped }) => JSON.stringify(toConverseBody(request, { ...settings, onDropped })),
  };
}

function invoke(target: BedrockTarget): Omit<PlatformTarget, "requestOf"> {
  const { defaults, strictParameters, headers } = target.options;
  return claudeOnPlatform(
    {
      facts: target.facts,
      defaults,
      strictParameters,
      version: "bedrock-2023-05-31",
      betas: listOf(betaHeader(headers)),
    },
    wireOf(target),
  );
}

function betaHeader(headers: ProviderOptions["headers"]): string | undefined {
  return Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "anthropic-beta")?.[1];
}

type Wire = Pick<WrittenWire, "fetch" | "unreachable" | "events" | "failureOf" | "isNative">;

function wireOf({ facts, options, platform }: BedrockTarget): Wire {
  const { name } = facts;
  const failed = ({ text, status, headers }: FailureText): ProviderError => {
    const usual = () => failureOf(readError(text), name, status, headers);
    return status === undefined
      ? usual()
      : (platform.failureOf?.(text, { status, headers } as never, usual) ?? usual());
  };
  const exception = ({ name: said, text }: StreamException): ProviderError => {
    const headers = new Headers(/^[A-Za-z]{1,100}$/.test(said) ? { "x-amzn-errortype": said } : {});
    const status = statuses.get(said) ?? 500;
    const error = failed({ text, status, headers });
    return said === "ModelStreamErrorException" ? restated(error, broken) : error;
  };
  return {
    fetch: options.fetch,
    unreachable: platform.unreachable,
    events: (source) => bedrockEvents(source, name, exception),
    failureOf: failed,
    // AWS has a format of its own.
    isNative: () => false,
  };
}

const broken = {
  kind: "incomplete",
  mayBeBilled: true,
  summary: "the model failed within the stream",
} as const;

/** Statuses that exceptions of a stream have where they are the answer. */
const statuses: ReadonlyMap<string, number> = new Map([
  ["ThrottlingException", 429],
  ["ValidationException", 400],
  ["ModelStreamErrorException", 424],
  ["ModelTimeoutException", 408],
  ["ServiceUnavailableException", 503],
  ["ExpiredTokenException", 403],
  ["AccessDeniedException", 403],
]);

/** Returns a function that makes requests, with a key or with a signature over the body. */
function requestsOf({
  api,
  facts,
  baseUrl,
  path,
  options,
  readKey,
  sign,
}: BedrockTarget): PlatformTarget["requestOf"] {
  const { "anthropic-beta": _, ...headers } = lowered(options.headers);
  const route = openaiRoute(baseUrl, [usualHeaders, api === "invoke" ? headers : lowered(options.headers)]);
  const paths =
    api === "converse"
      ? [`/model/${path}/converse`, `/model/${path}/converse-stream`]
      : [`/model/${path}/invoke`, `/model/${path}/invoke-with-response-stream`];
  return async (body, isStreamed) => {
    const url = route.url(paths[isStreamed ? 1 : 0] as string);
    const key = await safeKey(readKey, facts.name);
    const all =
      key === undefined
        ? await sign({ method: "POST", url, headers: route.headers, body })
        : { ...route.headers, authorization: route.headers["authorization"] ?? `Bearer ${key}` };
    return { url, headers: all, body: () => body };
  };
}

function lowered(headers: ProviderOptions["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
