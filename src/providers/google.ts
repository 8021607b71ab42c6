import {
  type CallOptions,
  type ChatRequest,
  type Completion,
  type CompletionChunk,
  InvalidOptionError,
  MissingDependencyError,
  type Model,
  notShown,
  ProviderError,
  type ProviderOptions,
} from "../contracts/index.ts";
import { withBaseUrl } from "../plugin/base-url.ts";
import { unlessAborted } from "../plugin/unless-aborted.ts";
import { callSignal } from "./internal/call-signal.ts";
import { type AnswerContext, toChunks, toCompletion } from "./internal/google-answer.ts";
import { readError } from "./internal/google-errors.ts";
import { toGoogleRequest } from "./internal/google-request.ts";
import { readParts, sendThroughPackage } from "./internal/google-transport.ts";
import type { GoogleContent, GoogleRequest } from "./internal/google-wire.ts";
import { pathOf } from "./internal/path-of.ts";
import { writerOf } from "./internal/provenance.ts";
import { requireKey } from "./internal/provider-key.ts";
import { checkProviderOptions, factsOf } from "./internal/provider-options.ts";

/**
 * A Gemini model, called over the Gemini API through the package `@google/generative-ai`.
 *
 *     google("gemini-2.5-flash", { defaults: { reasoningEffort: "low" } })
 *
 * The key is `apiKey`, else `GEMINI_API_KEY`, else `GOOGLE_API_KEY`, read at each call. `baseUrl` has no
 * version in it (default `https://generativelanguage.googleapis.com`). `fetch` is refused, because the
 * package always uses the global one. The package builds and sends the requests; answers are read here. The
 * API sends no request id.
 *
 * Reasoning effort becomes a thinking level (Gemini 3 and later) or a budget (2.5: minimal and low 1,024,
 * medium 8,192, high 24,576 tokens, none 0 or, on Pro, 128). A tool call of an answer may carry
 * `extra_content.google.thought_signature`, and its message then `written_by`: send the message back
 * unchanged. A signature that is not known to come from this model is left out, because the API refuses it.
 */
export function google(model: string, given: ProviderOptions = {}): Model {
  const options = withBaseUrl("google", given);
  checkProviderOptions("google", model, options);
  checkOwnOptions(options);
  const path = pathOf("google.model", model);
  const { defaults } = options;
  const facts = factsOf("google", model, options, contentTypes);
  const { name } = facts;
  const writer = writerOf(facts);

  async function generate(request: ChatRequest, callOptions: CallOptions): Promise<Completion> {
    const { signal } = callOptions;
    signal.throwIfAborted();
    const body = translate(request, callOptions);
    const call = await open(signal);
    try {
      const response = await call.send((sdk, own) => sdk.generateContent(body, own));
      const answer: unknown = await response.json();
      signal.throwIfAborted();
      return toCompletion(answer, call.context);
    } catch (error) {
      throw call.failure(error);
    } finally {
      call.end();
    }
  }

  async function* stream(request: ChatRequest, callOptions: CallOptions): AsyncGenerator<CompletionChunk> {
    const { signal } = callOptions;
    signal.throwIfAborted();
    const body = translate(request, callOptions);
    const call = await open(signal);
    try {
      const response = await call.send(async (sdk, own) => {
        const { response: summary } = await sdk.generateContentStream(body, own);
        // An unhandled rejection would end the process.
        summary.catch(() => {});
      });
      for await (const chunk of toChunks(readParts(response), call.context)) {
        signal.throwIfAborted();
        yield chunk;
      }
      signal.throwIfAborted();
    } catch (error) {
      throw call.failure(error);
    } finally {
      // Also needed when the caller stops reading: the connection would stay open.
      call.end();
    }
  }

  /** Checks key and model by counting the tokens of one word, which is not billed. */
  async function health({ signal = new AbortController().signal }: HealthOptions = {}): Promise<boolean> {
    signal.throwIfAborted();
    const call = await open(signal);
    try {
      const contents: GoogleContent[] = [{ role: "user", parts: [{ text: "ping" }] }];
      await call.send((sdk, own) => sdk.countTokens({ contents }, own));
      return true;
    } catch (error) {
      throw call.failure(error);
    } finally {
      call.end();
    }
  }

  async function open(signal: AbortSignal): Promise<Call> {
    const apiKey = await unlessAborted(readKey(options), signal);
    const sdk = await loadModel(apiKey, path, options);
    const own = callSignal(signal);
    const context = { name, apiKey, model, writer, created: Math.floor(Date.now() / 1000) };
    return {
      send: async (use) => {
        // The package ignores a signal that has already fired.
        signal.throwIfAborted();
        return sendThroughPackage(() => use(sdk, { signal: own.signal }), context);
      },
      context,
      failure: (error) => (signal.aborted ? signal.reason : readError(error, context)),
      end: own.end,
    };
  }

  function translate(request: ChatRequest, { onDropped }: CallOptions): GoogleRequest {
    const { body, dropped } = toGoogleRequest(request, { name, model, writer, defaults });
    if (options.strictParameters && dropped.length > 0) {
      const summary = `Google does not support ${dropped.join(", ")}, and strictParameters is set`;
      throw new ProviderError({ kind: "unsupported", model: name, summary });
    }
    for (const parameter of dropped) onDropped?.(parameter);
    return body;
  }

  return { ...facts, ...(defaults && { defaults }), generate, stream, health };
}

type HealthOptions = NonNullable<Parameters<NonNullable<Model["health"]>>[0]>;

/** An open call; `end` closes it. */
interface Call {
  /** Sends the request that the package builds, and returns the response. */
  send(use: (sdk: SdkModel, options: SdkCallOptions) => Promise<unknown>): Promise<Response>;
  readonly context: AnswerContext;
  /** Returns what the failed call rejects with: after an abort, the signal's reason. */
  failure(error: unknown): unknown;
  end(): void;
}

/** The part of the package that is used: raw JSON in. What it returns is not read. */
interface SdkModel {
  generateContent(body: GoogleRequest, options: SdkCallOptions): Promise<unknown>;
  generateContentStream(
    body: GoogleRequest,
    options: SdkCallOptions,
  ): Promise<{ response: Promise<unknown> }>;
  countTokens(body: GoogleRequest, options: SdkCallOptions): Promise<unknown>;
}

/** Content types besides text that a Gemini model reads, among those a chat request can hold. */
const contentTypes = [
  "image/jpeg",
  "image/png",
  "image/webp",
  "image/heic",
  "image/heif",
  "application/pdf",
  "text/plain",
];

interface SdkCallOptions {
  readonly signal: AbortSignal;
}

async function loadModel(apiKey: string, model: string, options: ProviderOptions): Promise<SdkModel> {
  const { GoogleGenerativeAI } = await import("@google/generative-ai").catch((cause: unknown) => {
    throw new MissingDependencyError("@google/generative-ai", "google()", { cause });
  });
  const { baseUrl, headers } = options;
  const requestOptions = {
    ...(baseUrl !== undefined && { baseUrl: baseUrl.replace(/\/$/, "") }),
    ...(headers && { customHeaders: { ...headers } }),
  };
  return new GoogleGenerativeAI(apiKey).getGenerativeModel({ model }, requestOptions) as unknown as SdkModel;
}

function readKey({ apiKey }: ProviderOptions): Promise<string> {
  const { GEMINI_API_KEY, GOOGLE_API_KEY } = process.env;
  return requireKey(
    "google",
    apiKey,
    !GEMINI_API_KEY && GOOGLE_API_KEY ? "GOOGLE_API_KEY" : "GEMINI_API_KEY",
  );
}

function checkOwnOptions({ fetch, headers = {} }: ProviderOptions): void {
  if (fetch !== undefined) {
    throw new InvalidOptionError(
      "google.fetch",
      fetch,
      "absent: @google/generative-ai uses the global fetch",
    );
  }
  for (const [header, value] of Object.entries(headers)) {
    if (/^x-goog-api-(?:key|client)$/i.test(header)) {
      throw new InvalidOptionError(`google.headers.${header}`, notShown, "absent: the package sets it");
    }
    try {
      new Headers([[header, value]]);
    } catch {
      throw new InvalidOptionError(`google.headers.${header}`, notShown, "a valid HTTP header");
    }
  }
}
