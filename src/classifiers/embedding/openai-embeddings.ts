import type { OpenAI } from "openai";
import {
  InvalidOptionError,
  isRouterError,
  type Labels,
  MissingConfigurationError,
  type Price,
  ProviderError,
  type ProviderErrorKind,
} from "../../contracts/index.ts";
import { checkKeys, checkNumber, checkText } from "../../plugin/index.ts";
import type { EmbedAnswer, Embedder } from "./embedder.ts";

export interface OpenAiEmbeddingsOptions {
  /** The model as its endpoint calls it, for instance `text-embedding-3-small`. */
  readonly model: string;
  /** Up to and with `/v1`, for instance `http://localhost:8000/v1` of a vLLM server. Default: OpenAI's. */
  readonly baseUrl?: string | undefined;
  /**
   * Default: `OPENAI_API_KEY` for OpenAI's own endpoint; with a `baseUrl`, none: nothing that the
   * environment holds for OpenAI is sent elsewhere. A function is asked before each call.
   */
  readonly apiKey?: string | (() => string | Promise<string>) | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Shortens the vectors, where the model can. */
  readonly dimensions?: number | undefined;
  /** The provider's name in facts. Default `openai`; with a `baseUrl`, `openai-compatible`. */
  readonly provider?: string | undefined;
  /** Default `provider:model`. */
  readonly name?: string | undefined;
  readonly labels?: Labels | undefined;
  readonly price?: Price | undefined;
  /** Used instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
}

const optionNames: readonly string[] = [
  "model",
  "baseUrl",
  "apiKey",
  "headers",
  "dimensions",
  "provider",
  "name",
  "labels",
  "price",
  "fetch",
] satisfies readonly (keyof OpenAiEmbeddingsOptions)[];

/**
 * An embedding model behind OpenAI's embeddings endpoint or any that speaks its wire: vLLM, TEI,
 * Ollama, llama.cpp, gateways. Called through OpenAI's SDK, which is loaded at the first call; never
 * retried. Rejects with `ProviderError`.
 *
 * Throws `InvalidOptionError`.
 */
export function openaiEmbeddings(options: OpenAiEmbeddingsOptions): Embedder {
  checkKeys("openaiEmbeddings", options, optionNames);
  const { baseUrl, dimensions, labels, price } = options;
  const model = checkText("openaiEmbeddings.model", options.model);
  if (baseUrl !== undefined && !(URL.canParse(baseUrl) && /^https?:/.test(baseUrl)))
    throw new InvalidOptionError("openaiEmbeddings.baseUrl", baseUrl, "an http or https address");
  if (dimensions !== undefined)
    checkNumber("openaiEmbeddings.dimensions", dimensions, { min: 1, integer: true });
  const provider = options.provider ?? (baseUrl === undefined ? "openai" : "openai-compatible");
  const name = options.name ?? `${provider}:${model}`;

  return {
    provider,
    model,
    name,
    labels,
    price,
    async embed(texts, { signal }) {
      const sdk = await import("openai");
      try {
        const client = connect(sdk, options, await keyOf(options));
        const answer = await client.embeddings.create(
          {
            model,
            input: [...texts],
            encoding_format: "float",
            ...(dimensions !== undefined && { dimensions }),
          },
          { signal },
        );
        return readVectors(answer, texts.length, name);
      } catch (error) {
        throw toProviderError(error, sdk, name);
      }
    },
  };
}

function connect(
  sdk: typeof import("openai"),
  { baseUrl, headers, fetch: own }: OpenAiEmbeddingsOptions,
  apiKey: string | undefined,
): OpenAI {
  // Looked up at each call: the SDK would keep the one that it found first.
  const fetchNow: typeof fetch = (input, init) => (own ?? globalThis.fetch)(input, init);
  return new sdk.OpenAI({
    // The SDK cannot do without a key: where there is none, the header that would carry it is left out.
    apiKey: apiKey ?? "none",
    fetch: fetchNow,
    maxRetries: 0,
    // The SDK logs what it cannot parse.
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

/** The SDK adds the headers of this variable to the requests of every client. */
function withheldHeaders(): Record<string, null> {
  const lines = (process.env["OPENAI_CUSTOM_HEADERS"] ?? "").split("\n").filter((line) => line.includes(":"));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).trim(), null]));
}

async function keyOf({ apiKey, baseUrl }: OpenAiEmbeddingsOptions): Promise<string | undefined> {
  const given = typeof apiKey === "function" ? await apiKey() : apiKey;
  const key = (given ?? (baseUrl === undefined ? process.env["OPENAI_API_KEY"] : undefined))?.trim();
  if (key !== undefined && key !== "") return key;
  if (baseUrl !== undefined) return undefined;
  throw new MissingConfigurationError(
    "openaiEmbeddings has no key: set OPENAI_API_KEY, or the option apiKey",
    ["OPENAI_API_KEY"],
  );
}

/** A server may answer with anything, in any order. */
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
  if (isRouterError(error)) return error;
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (error instanceof sdk.APIConnectionError)
    return new ProviderError({ kind: "connection", model, detail });
  const status: unknown = error instanceof sdk.APIError ? error.status : undefined;
  if (typeof status === "number") {
    const kind = kinds[status] ?? (status >= 500 ? "server" : "invalid-request");
    return new ProviderError({ kind, model, status, detail });
  }
  return new ProviderError({ kind: "incomplete", model, summary: "the answer cannot be read", detail });
}
