import {
  type CallOptions,
  type ChatRequest,
  type Completion,
  type CompletionChunk,
  type Model,
  ProviderError,
  type ProviderOptions,
} from "../../../contracts/index.ts";
import { environment } from "../../../plugin/environment.ts";
import type { BoundedResponse } from "../../../plugin/http/bounded-response.ts";
import { type NativeEvent, withNative } from "../../../plugin/native-answer.ts";
import { readsRequests } from "../../../plugin/reading-sinks.ts";
import { settleWithin } from "../../../plugin/settle-within.ts";
import { callSignal } from "./call-signal.ts";
import { googleContentTypes } from "./content-types.ts";
import { customAsFunctions } from "./custom-as-functions.ts";
import { type AnswerContext, toChunks, toCompletion } from "./google-answer.ts";
import { readError } from "./google-errors.ts";
import { nativeGenerateBody } from "./google-native-body.ts";
import { endpointOf, type GoogleOptions, readGoogleOptions } from "./google-options.ts";
import { toGoogleRequest } from "./google-request.ts";
import type { GoogleMethod, GoogleSdk, LoadGoogleSdk } from "./google-sdk.ts";
import { readParts, sendThrough } from "./google-transport.ts";
import type { GoogleContent } from "./google-wire.ts";
import { pathOf } from "./path-of.ts";
import { writerOf } from "./provenance.ts";
import { requireKey } from "./provider-key.ts";
import { factsOf } from "./provider-options.ts";
import { mostWaiting, tooManyWaiting } from "./written-calls.ts";

/** Creates a Gemini model that is called through the package that `load` returns. */
export function createGoogleModel(model: string, given: GoogleOptions, load: LoadGoogleSdk): Model {
  const options = readGoogleOptions(model, given);
  const path = pathOf("google.model", model);
  const { defaults } = options;
  const endpoint = endpointOf(options);
  const isVertex = endpoint.vertex !== undefined;
  const region = endpoint.vertex?.location;
  const stated =
    region === undefined
      ? options
      : { ...options, baseUrl: endpoint.baseUrl, labels: { region, ...options.labels } };
  const facts = factsOf("google", model, stated, googleContentTypes(model));
  const { name } = facts;
  // Only the service that made a signature can read it.
  const writer = writerOf({ provider: isVertex ? "vertex" : facts.provider, model });
  let sdk: Promise<GoogleSdk> | undefined;

  async function generate(request: ChatRequest, callOptions: CallOptions): Promise<Completion> {
    const { signal } = callOptions;
    signal.throwIfAborted();
    const body = bodyOf(request, callOptions);
    const call = await open(signal, request, callOptions);
    try {
      const response = await call.send("generateContent", body);
      const text = await response.text();
      signal.throwIfAborted();
      const completion = toCompletion(JSON.parse(text), call.context);
      return callOptions.native === undefined
        ? completion
        : withNative(completion, { protocol, writer, content: text });
    } catch (error) {
      throw call.failure(error);
    } finally {
      call.end();
    }
  }

  async function* stream(request: ChatRequest, callOptions: CallOptions): AsyncGenerator<CompletionChunk> {
    const { signal } = callOptions;
    signal.throwIfAborted();
    const body = bodyOf(request, callOptions);
    const call = await open(signal, request, callOptions);
    let waiting: NativeEvent[] = [];
    const parts = async function* (response: BoundedResponse): AsyncGenerator<unknown> {
      for await (const { part, data } of readParts(response, name)) {
        if (callOptions.native !== undefined) waiting.push({ type: "part", data });
        if (waiting.length > mostWaiting) throw tooManyWaiting(name);
        yield part;
      }
    };
    try {
      const response = await call.send("streamGenerateContent", body);
      for await (const chunk of toChunks(parts(response), call.context)) {
        signal.throwIfAborted();
        yield waiting.length === 0 ? chunk : withNative(chunk, { protocol, writer, content: waiting });
        waiting = [];
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
      await call.send("countTokens", JSON.stringify({ contents }));
      return true;
    } catch (error) {
      throw call.failure(error);
    } finally {
      call.end();
    }
  }

  async function open(signal: AbortSignal, request?: ChatRequest, asked?: CallOptions): Promise<Call> {
    const key = isVertex ? undefined : await settleWithin(readKey(options), { signal });
    const loaded = await loadOnce();
    const own = callSignal(signal);
    const context: AnswerContext = {
      name,
      apiKey: key ?? "",
      model,
      writer,
      created: Math.floor(Date.now() / 1000),
      ...(asked?.native !== undefined && { nativeWriter: writer }),
      ...(request?.audio?.format === "pcm16" && { sound: "pcm16" }),
    };
    const { baseUrl } = endpoint;
    return {
      send: async (method, body) => {
        signal.throwIfAborted();
        const { fetch } = options;
        const auth = endpoint.vertex?.auth;
        const call = { method, path, key, auth, baseUrl, body, signal: own.signal, fetch };
        return sendThrough(loaded, call, context);
      },
      context,
      failure: (error) => (signal.aborted ? signal.reason : readError(error, context)),
      end: own.end,
    };
  }

  function loadOnce(): Promise<GoogleSdk> {
    if (sdk === undefined) {
      sdk = load({ endpoint, headers: options.headers ?? {} });
      // It may be installed later.
      sdk.catch(() => {
        sdk = undefined;
      });
    }
    return sdk;
  }

  function bodyOf(request: ChatRequest, callOptions: CallOptions): string {
    const { native, onDropped } = callOptions;
    if (native !== undefined)
      return nativeGenerateBody(native, request, { name, model, writer, defaults }, callOptions);
    const { body, dropped, leftOut } = toGoogleRequest(request, { name, model, writer, defaults });
    if (options.strictParameters && dropped.length > 0) {
      const summary = `Google does not support ${dropped.join(", ")}, and strictParameters is set`;
      throw new ProviderError({ kind: "unsupported", model: name, summary });
    }
    for (const name of [...dropped, ...leftOut]) onDropped?.(name);
    return JSON.stringify(body);
  }

  return customAsFunctions<Model>(
    readsRequests({
      ...facts,
      ...(defaults && { defaults }),
      generate,
      stream,
      health,
      speaks: [protocol],
    }),
  );
}

const protocol = "generateContent";

type HealthOptions = NonNullable<Parameters<NonNullable<Model["health"]>>[0]>;

/** An open call; `end` closes it. */
interface Call {
  /** Sends a request, and returns the response if that has a status of success. */
  send(method: GoogleMethod, body: string): Promise<BoundedResponse>;
  readonly context: AnswerContext;
  /** Returns what the failed call rejects with: after an abort, the signal's reason. */
  failure(error: unknown): unknown;
  end(): void;
}

async function readKey({ apiKey }: ProviderOptions): Promise<string> {
  const { GEMINI_API_KEY, GOOGLE_API_KEY } = environment();
  return requireKey(
    "google",
    apiKey,
    !GEMINI_API_KEY && GOOGLE_API_KEY ? "GOOGLE_API_KEY" : "GEMINI_API_KEY",
  );
}
