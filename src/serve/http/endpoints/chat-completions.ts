import type { ChatRequest, CompletionChunk, RouteRequest, RouteResult } from "../../../contracts/index.ts";
import { fieldsOfGateways } from "../../../plugin/foreign-fields.ts";
import { routingFields } from "../../../plugin/routing-fields.ts";
import type { HttpCall } from "../call.ts";
import { ChunkEvents, type Translation } from "../chunk-events.ts";
import { ChunkWriter } from "../chunk-writer.ts";
import { eventStream, type StreamEvent } from "../event-stream.ts";
import { explanationField, explanationHeaders } from "../explanation.ts";
import { failureOf } from "../failure.ts";
import { type Fields, wantsStream } from "../fields.ts";
import type { ReadHandlerOptions } from "../handler-options.ts";
import { HttpError } from "../http-error.ts";
import { withInferredSession } from "../infer-session.ts";
import { parseBody } from "../json-body.ts";
import { ownRequest } from "../own-request.ts";
import { jsonReply, type Reply } from "../reply.ts";
import { routedRequest } from "../routed-request.ts";
import type { Endpoint, Serving } from "./endpoint.ts";
import { openaiError, openaiErrorBody } from "./openai-error.ts";

/** `POST /v1/chat/completions`: requests and answers have our own shape already. */
export const chatCompletions: Endpoint = {
  method: "POST",
  path: "/chat/completions",
  refuse: openaiError,
  async serve(call, serving) {
    const identity = await serving.identify(call);
    const { router, options } = serving;
    const body = parseBody(await call.readText(), options);
    const chat = chatOf(body, options);
    const routed = routedRequest(body, chat, call, identity, router, options);
    const request = ownRequest(withInferredSession(routed, options), body, router);
    if (wantsStream(body)) return streamed(request, call, serving, includesUsage(body["stream_options"]));
    const result = await router.route(request, { signal: call.signal });
    const { completion, decision, costUsd } = result;
    if (!options.explain) return jsonReply(completion);
    const answer = { ...completion, ...explanationField(decision, costUsd) };
    return jsonReply(answer, explanationHeaders(decision));
  },
};

/** Fields of a body that are not the model's: what the endpoint sets, and the routing fields, which `routedRequest` sets. */
const leftOut: ReadonlySet<string> = new Set([
  ...routingFields,
  "model",
  "stream",
  "stream_options",
  // A schema is code, which no body holds.
  "output",
]);
const fieldsOfOthers: ReadonlySet<string> = new Set([...leftOut, ...fieldsOfGateways]);

/** Leaves out what is not the model's. Fields of gateways are not for senders to say. */
function chatOf(body: Fields, { trusted }: ReadHandlerOptions): ChatRequest {
  if (body["constraints"] !== undefined)
    throw new HttpError(400, "constraints are functions: they belong to the router or to a route", {
      param: "constraints",
    });
  const chat: Record<string, unknown> = {};
  const others = trusted ? leftOut : fieldsOfOthers;
  for (const field of Object.keys(body))
    if (field === "__proto__") Object.defineProperty(chat, field, { value: body[field], enumerable: true });
    else if (!others.has(field)) chat[field] = body[field];
  return chat as unknown as ChatRequest;
}

function includesUsage(streamOptions: unknown): boolean {
  return (streamOptions as { include_usage?: unknown } | null | undefined)?.include_usage === true;
}

async function streamed(
  request: RouteRequest,
  call: HttpCall,
  { router, options }: Serving,
  withUsage: boolean,
): Promise<Reply> {
  const stream = router.stream(request, { signal: call.signal });
  const { explain: explains } = options;
  const result = explains ? stream.result : undefined;
  const events = new ChunkEvents(stream[Symbol.asyncIterator](), translation(withUsage, result));
  // A failure before the first chunk still has a status of its own.
  const first = await events.next();
  const headers = explains ? explanationHeaders(await stream.decision) : {};
  return eventStream(events, first, {
    headers,
    onError: (error) => ({ data: openaiErrorBody(failureOf(error)) }),
  });
}

/** Leaves out the usage, unless it was asked for: every request to a model asks for it. */
function translation(withUsage: boolean, result: Promise<RouteResult> | undefined): Translation {
  let last: CompletionChunk | undefined;
  const writer = new ChunkWriter(withUsage ? undefined : "usage");
  const early = new ChunkWriter("usage");
  return {
    of(chunk) {
      last = chunk;
      const says = withUsage || chunk.choices.length > 0 || saysMore(chunk);
      if (!says) return [];
      // Clients add up: the input that a server tells at the start comes again at the end.
      const isEarly = chunk.usage != null && (chunk.usage.completion_tokens as unknown) === undefined;
      return [{ data: (isEarly ? early : writer).write(chunk) }];
    },
    end: () => (result === undefined || last === undefined ? [done] : explained(last, result)),
  };
}

/** Fields of a chunk that has nothing but usage. */
const ofUsage: ReadonlySet<string> = new Set([
  "id",
  "object",
  "created",
  "model",
  "choices",
  "usage",
  "service_tier",
  "system_fingerprint",
  "obfuscation",
  "provider",
  "x_groq",
]);

/** True for a chunk without choices that says more than the usage: Azure's findings about the prompt, sources. */
function saysMore(chunk: CompletionChunk): boolean {
  for (const field in chunk)
    if (!ofUsage.has(field) && chunk[field as keyof CompletionChunk] != null) return true;
  return false;
}

const done: StreamEvent = { data: "[DONE]" };

async function explained(last: CompletionChunk, result: Promise<RouteResult>): Promise<StreamEvent[]> {
  const { decision, costUsd } = await result;
  const { id, object, created, model } = last;
  const data = { id, object, created, model, choices: [], ...explanationField(decision, costUsd) };
  return [{ data }, done];
}
