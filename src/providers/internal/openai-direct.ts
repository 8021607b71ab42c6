import type { Completion, ModelFacts } from "../../contracts/index.ts";
import type { BoundedResponse } from "../../plugin/http/bounded-response.ts";
import { ChatChunks } from "./chat-chunks.ts";
import { type DirectOptions, directCalls, type OpenCall, readFailure } from "./direct-call.ts";
import { checkAnswer } from "./openai-answer.ts";
import { failureOf } from "./openai-errors.ts";
import { readError } from "./openai-fetch.ts";
import type { OpenAiRoute } from "./openai-route.ts";

export interface DirectTarget {
  readonly facts: ModelFacts;
  /** See `writerOf`. */
  readonly writer: string;
  /** A caller's own `fetch`. */
  readonly fetch: typeof fetch | undefined;
  /** Returns the route of the next call. */
  route(): Promise<OpenAiRoute>;
}

/** Calls of an endpoint that speaks OpenAI chat completions, without OpenAI's SDK. */
export interface DirectCalls {
  generate(body: object, options: DirectOptions): Promise<Completion>;
  stream(body: () => object, options: DirectOptions): ChatChunks;
  /** Returns the answer to a request for the list of models. */
  health(signal: AbortSignal): Promise<string>;
}

export function openaiDirect({ facts, writer, fetch: own, route }: DirectTarget): DirectCalls {
  const model = facts.name;
  const call = directCalls({
    model,
    fetch: own,
    failureOf: (text, { status, headers }) => failureOf(readError(text), model, status, headers),
  });
  const open = (path: string, body: object | undefined, options: DirectOptions): Promise<OpenCall> =>
    call(async () => {
      const { url, headers } = await route();
      return { url: url(path), headers, body: body && (() => JSON.stringify(body)) };
    }, options);

  return {
    async generate(body, options) {
      const { signal } = options;
      let call: OpenCall | undefined;
      let whole = false;
      try {
        call = await open("/chat/completions", body, options);
        const completion = await readCompletion(call.response, model);
        whole = true;
        return completion;
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        call?.end(whole);
      }
    },

    stream: (body, options) =>
      new ChatChunks({
        model,
        writer,
        signal: options.signal,
        open: async () => {
          const call = await open("/chat/completions", body(), options);
          return { source: call.response.body?.source, headers: call.response.headers, end: call.end };
        },
      }),

    async health(signal) {
      try {
        const call = await open("/models", undefined, { signal });
        try {
          return await call.response.text();
        } finally {
          call.end(false);
        }
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      }
    },
  };
}

async function readCompletion(response: BoundedResponse, model: string): Promise<Completion> {
  let body: Partial<Completion> & { error?: unknown };
  try {
    body = JSON.parse(await response.text());
  } catch (error) {
    throw readFailure(error, model);
  }
  if (body?.error) throw failureOf(body.error, model, undefined, response.headers);
  return checkAnswer(body, model);
}
