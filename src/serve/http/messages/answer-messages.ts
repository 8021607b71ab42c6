import type { RouteRequest } from "../../../contracts/index.ts";
import { nativeText } from "../../../plugin/native-answer.ts";
import type { HttpCall } from "../call.ts";
import { countedByProvider, countedInput } from "../counted-input.ts";
import { anthropicErrorBody } from "../endpoints/anthropic-error.ts";
import type { Serving } from "../endpoints/endpoint.ts";
import { firstRead, onceRead } from "../endpoints/first-read.ts";
import { dataLines } from "../event-lines.ts";
import { eventStream } from "../event-stream.ts";
import { explanationField, explanationHeaders, headerText } from "../explanation.ts";
import { failureOf } from "../failure.ts";
import { type Fields, wantsStream } from "../fields.ts";
import { withInferredSession } from "../infer-session.ts";
import { parseBody } from "../json-body.ts";
import { lastFailure, orNative } from "../native-error.ts";
import { onlyNative } from "../native-only.ts";
import { nativeRequest } from "../native-request.ts";
import { ownRequest, readBody } from "../own-request.ts";
import { jsonReply, type Reply, textReply } from "../reply.ts";
import { routedRequest } from "../routed-request.ts";
import { chatOfMessages } from "./chat-of-messages.ts";
import { messageEvents } from "./message-events.ts";
import { messageOfCompletion } from "./message-of-completion.ts";
import { nativeMessage, nativeMessageEvents } from "./native-message.ts";
import { wholeMessageEvents } from "./whole-message-events.ts";

/** Answers `POST /v1/messages`. */
export async function answerMessages(call: HttpCall, serving: Serving): Promise<Reply> {
  const identity = await serving.identify(call);
  const text = await call.readText();
  const { router, options } = serving;
  const body = parseBody(text, options);
  const { chat, native: parts } = chatOfMessages(body);
  const routed = routedRequest(body, chat, call, identity, router, options);
  const named = onlyNative(routed, "messages", parts, serving);
  const request = ownRequest(withInferredSession(named, options), body, router);
  const asked = String(body["model"] ?? "auto");
  const { explain: explains } = options;
  const native = nativeRequest("messages", call, text, parts, options);
  const given = { signal: call.signal, native };
  if (!wantsStream(body)) {
    const { completion, decision, costUsd } = await orNative(router.route(request, given), "messages");
    const written = nativeText(completion, "messages");
    if (written !== undefined) {
      const added = explains ? explanationField(decision, costUsd) : {};
      return textReply(
        nativeMessage(written, asked, added as Fields),
        explains ? explanationHeaders(decision) : {},
      );
    }
    const message = messageOfCompletion(completion, asked);
    if (!explains) return jsonReply(message);
    const answer = { ...message, ...explanationField(decision, costUsd) };
    return jsonReply(answer, explanationHeaders(decision));
  }
  const { chunks, decision, isNative, whole } = await orNative(
    firstRead(router.stream(request, given), "messages"),
    "messages",
  );
  const { inputTokens } = decision.request;
  const translated = () => messageEvents(chunks, { model: asked, inputTokens });
  const written = whole && onceRead(chunks, wholeMessageEvents(whole, asked));
  const events = written ?? (isNative ? nativeMessageEvents(chunks, asked) : translated());
  return eventStream(events, await events.next(), {
    headers: explains ? explanationHeaders(decision) : {},
    onError: (error) => ({
      event: "error",
      data: linesOf(lastFailure(error, "messages")) ?? anthropicErrorBody(failureOf(error)),
    }),
  });
}

function linesOf(failure: { readonly text: string } | undefined): string | undefined {
  return failure && dataLines(failure.text);
}

/** Answers `POST /v1/messages/count_tokens`. */
export async function countTokens(call: HttpCall, serving: Serving): Promise<Reply> {
  const identity = await serving.identify(call);
  const text = await call.readText();
  const { router, options } = serving;
  const body = parseBody(text, options);
  const { chat, native: parts } = chatOfMessages(body);
  const asIs = { protocol: "messages", text, headers: {} } as const;
  const native = nativeRequest("messages", call, text, parts, options);
  const request = (): RouteRequest => {
    const routed = routedRequest(body, chatOfMessages(body).chat, call, identity, router, options);
    return onlyNative(routed, "messages", parts, serving);
  };
  const { tokens, by, estimatedSince } = await countedByProvider(router, request, native, {
    estimate: () => countedInput(chat, asIs, readBody(body)),
    signal: call.signal,
  });
  const from = by === undefined ? `estimate: ${estimatedSince}` : `provider of ${by}`;
  return jsonReply({ input_tokens: tokens }, { "x-switchpoint-count": headerText(from) });
}
