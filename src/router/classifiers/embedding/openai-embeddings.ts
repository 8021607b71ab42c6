import type { OpenAI } from "openai";
import {
  InvalidOptionError,
  isRouterError,
  type Labels,
  MissingConfigurationError,
  type Price,
  ProviderError,
  type ProviderErrorKind,
} from "../../../contracts/index.ts";
import { environment } from "../../../plugin/environment.ts";
import { errorText } from "../../../plugin/error-text.ts";
import { isObject } from "../../../plugin/fields-of.ts";
import { guardedFetch, refusalIn } from "../../../plugin/http/guarded-fetch.ts";
import { lostConnection } from "../../../plugin/http/lost-connection.ts";
import { type FilledOptions, type OptionTable, readOption, readOptions } from "../../../plugin/index.ts";
import { loadOpenAi } from "../../../plugin/load-openai.ts";
import { onAbort } from "../../../plugin/on-abort.ts";
import { refuseKey } from "../../../plugin/refuse-key.ts";
import { type EmbedAnswer, type Embedder, embedderOptions } from "./embedder.ts";

export interface OpenAiEmbeddingsOptions {
  /** The endpoint's name of the model, for instance `text-embedding-3-small`. */
  readonly model: string;
  /** Address including `/v1`, for instance `http://localhost:8000/v1` of a vLLM server. Default: OpenAI's. */
  readonly baseUrl?: string | undefined;
  /**
   * API key, or a function that is called before each call. Default: `OPENAI_API_KEY` for OpenAI's own
   * endpoint; none with a `baseUrl`, so that no OpenAI setting of the environment is sent elsewhere.
   */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Length of the vectors, for models that can shorten them. */
  readonly dimensions?: number | undefined;
  /** The provider's name in facts. Default `openai`; with a `baseUrl`, `openai-compatible`. */
  readonly provider?: string | undefined;
  /** Name of the embedding model. Default `provider:model`. */
  readonly name?: string | undefined;
  readonly labels?: Labels | undefined;
  readonly price?: Price | undefined;
  /** Replacement for the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

const keyRule = "a key, or a function that returns one";

type Open = Exclude<keyof OpenAiEmbeddingsOptions, "model" | "labels">;

export const openaiEmbeddingsOptions: OptionTable<OpenAiEmbeddingsOptions, Open> = {
  model: { is: "text" },
  baseUrl: { is: "checked", check: checkAddress, optional: true, expected: "an http or https address" },
  apiKey: {
    is: "checked",
    check: (option: string, key: string | (() => string | Promise<string>)) =>
      typeof key === "function"
        ? key
        : readOption({ is: "text", empty: true, secret: true, expected: keyRule }, option, key),
    optional: true,
    expected: keyRule,
  },
  headers: { is: "record", of: { is: "text", empty: true, secret: true }, optional: true },
  dimensions: { is: "number", min: 1, integer: true, optional: true },
  provider: { is: "text", optional: true },
  name: { is: "text", optional: true },
  labels: embedderOptions.labels,
  price: embedderOptions.price,
  fetch: { is: "function", optional: true },
};

type Settings = FilledOptions<OpenAiEmbeddingsOptions, Open>;

/**
 * An embedding model behind OpenAI's embeddings endpoint or a compatible one: vLLM, TEI, Ollama,
 * llama.cpp, gateways. Calls go through OpenAI's SDK, which is loaded at the first call, and are never
 * retried. They reject with `ProviderError`.
 *
 * Throws `InvalidOptionError`.
 */
export function openaiEmbeddings(options: OpenAiEmbeddingsOptions): Embedder {
  refuseKey("openaiEmbeddings", options, "baseURL", "it is spelt baseUrl");
  const settings = readOptions("openaiEmbeddings", openaiEmbeddingsOptions, options);
  const { model, baseUrl, dimensions, labels, price } = settings;
  const { provider = baseUrl === undefined ? "openai" : "openai-compatible" } = settings;
  const { name = `${provider}:${model}` } = settings;

  return {
    provider,
    model,
    name,
    labels,
    price,
    async embed(texts, { signal }) {
      const sdk = await loadOpenAi("openaiEmbeddings()");
      signal.throwIfAborted();
      // A signal of its own, since the SDK's listeners to one that is shared would count as a leak.
      const own = new AbortController();
      const endWatch = onAbort(signal, () => own.abort(signal.reason));
      try {
        const client = connect(sdk, settings, name, await keyOf(settings));
        const answer = await client.embeddings.create(
          {
            model,
            input: [...texts],
            encoding_format: "float",
            ...(dimensions !== undefined && { dimensions }),
          },
          { signal: own.signal },
        );
        return readVectors(answer, texts.length, name);
      } catch (error) {
        throw toProviderError(error, sdk, name);
      } finally {
        endWatch();
      }
    },
  };
}

function checkAddress(option: string, address: unknown): string {
  if (typeof address === "string" && URL.canParse(address) && /^https?:/.test(address)) return address;
  throw new InvalidOptionError(option, address, "an http or https address");
}

function connect(
  sdk: typeof import("openai"),
  { baseUrl, headers, fetch: own }: Settings,
  name: string,
  apiKey: string | undefined,
): OpenAI {
  return new sdk.OpenAI({
    // The SDK requires a key; if there is none, the authorization header is left out below.
    apiKey: apiKey ?? "none",
    fetch: guardedFetch({ own, model: name }),
    maxRetries: 0,
    // The SDK would log answers that it cannot parse.
    logLevel: "off",
    ...(baseUrl === undefined
      ? { defaultHeaders: { ...headers } }
      : {
          baseURL: baseUrl,
          organization: null,
          project: null,
          adminAPIKey: null,
          defaultHeaders: {
            ...withheldHeaders(),
            ...(apiKey === undefined && { authorization: null }),
            ...headers,
          },
        }),
  });
}

/** Removes the headers of OPENAI_CUSTOM_HEADERS, which the SDK adds to the requests of every client. */
function withheldHeaders(): Record<string, null> {
  const lines = (environment()["OPENAI_CUSTOM_HEADERS"] ?? "")
    .split("\n")
    .filter((line) => line.includes(":"));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).trim(), null]));
}

async function keyOf({ apiKey, baseUrl }: Settings): Promise<string | undefined> {
  const given = typeof apiKey === "function" ? await apiKey() : apiKey;
  const key = (given ?? (baseUrl === undefined ? environment()["OPENAI_API_KEY"] : undefined))?.trim();
  if (key !== undefined && key !== "") return key;
  if (baseUrl !== undefined) return undefined;
  throw new MissingConfigurationError(
    "openaiEmbeddings has no key: set OPENAI_API_KEY, or the option apiKey",
    ["OPENAI_API_KEY"],
  );
}

/** Reads the vectors of an answer, which may have any shape and any order. Throws `ProviderError`. */
function readVectors(answer: unknown, texts: number, name: string): EmbedAnswer {
  const { data, model, usage } = (answer ?? {}) as {
    readonly data?: unknown;
    readonly model?: unknown;
    readonly usage?: { readonly prompt_tokens?: unknown } | null;
  };
  const vectors: (readonly number[] | undefined)[] = Array.from({ length: texts });
  if (Array.isArray(data) && data.length === texts) {
    for (const [place, item] of data.entries()) {
      const { index = place, embedding } = (item ?? {}) as {
        readonly index?: number;
        readonly embedding?: readonly number[];
      };
      vectors[index] = embedding;
    }
  }
  if (vectors.length !== texts || vectors.some((vector) => !Array.isArray(vector)))
    throw new ProviderError({
      kind: "incomplete",
      model: name,
      summary: `the answer does not hold one vector for each of ${texts} texts`,
    });
  const inputTokens = usage?.prompt_tokens;
  return {
    vectors: vectors as (readonly number[])[],
    inputTokens: typeof inputTokens === "number" ? inputTokens : undefined,
    servedModel: typeof model === "string" ? model : undefined,
  };
}

const kinds: Readonly<Record<number, ProviderErrorKind>> = {
  401: "authentication",
  403: "permission",
  404: "not-found",
  408: "timeout",
  413: "too-large",
  429: "rate-limit",
  503: "overloaded",
  504: "timeout",
};

function toProviderError(error: unknown, sdk: typeof import("openai"), model: string): unknown {
  const refusal = isRouterError(error) ? error : refusalIn(error);
  if (refusal !== undefined) return refusal;
  const detail = errorText(error);
  if (error instanceof sdk.APIConnectionError)
    return new ProviderError({ kind: "connection", model, detail, ...lostConnection(error.cause) });
  const { status, error: body }: { readonly status?: unknown; readonly error?: unknown } =
    error instanceof sdk.APIError ? error : {};
  if (typeof status === "number") {
    const kind = kinds[status] ?? (status >= 500 ? "server" : "invalid-request");
    return new ProviderError({ kind, model, status, mayBeBilled: !isObject(body), detail });
  }
  return new ProviderError({ kind: "incomplete", model, summary: "the answer cannot be read", detail });
}
