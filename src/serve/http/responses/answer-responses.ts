import { nativeText } from "../../../plugin/native-answer.ts";
import type { HttpCall } from "../call.ts";
import { codingAgentOf } from "../coding-agent.ts";
import type { Serving } from "../endpoints/endpoint.ts";
import { firstRead, onceRead } from "../endpoints/first-read.ts";
import { eventStream } from "../event-stream.ts";
import { explanationField, explanationHeaders } from "../explanation.ts";
import { failureOf } from "../failure.ts";
import { type Fields, wantsStream } from "../fields.ts";
import { withInferredSession } from "../infer-session.ts";
import { parseBody } from "../json-body.ts";
import { lastFailure, orNative } from "../native-error.ts";
import { onlyNative } from "../native-only.ts";
import { nativeRequest } from "../native-request.ts";
import { ownRequest } from "../own-request.ts";
import { jsonReply, type Reply, textReply } from "../reply.ts";
import { routedRequest } from "../routed-request.ts";
import { chatOfResponse } from "./chat-of-response.ts";
import { nativeFailureEvent, nativeResponse, nativeResponseEvents } from "./native-response.ts";
import { responseEvents } from "./response-events.ts";
import { responseOfCompletion } from "./response-of-completion.ts";
import { wholeResponseEvents } from "./whole-response-events.ts";

/** Answers a request of `/v1/responses`. */
export async function answerResponses(call: HttpCall, serving: Serving): Promise<Reply> {
  const identity = await serving.identify(call);
  const text = await call.readText();
  const { router, options } = serving;
  const body = parseBody(text, options);
  const { chat, native, tools } = chatOfResponse(body, codingAgentOf(call));
  const routed = routedRequest(body, chat, call, identity, router, options);
  const named = onlyNative(routed, "responses", native, serving);
  const request = ownRequest(withInferredSession(named, options), body, router);
  const asked = String(body["model"] ?? "auto");
  const { explain: explains } = options;
  const given = { signal: call.signal, native: nativeRequest("responses", call, text, native, options) };
  if (!wantsStream(body)) {
    const { completion, decision, costUsd } = await orNative(router.route(request, given), "responses");
    const written = nativeText(completion, "responses");
    if (written !== undefined) {
      const added = explains ? explanationField(decision, costUsd) : {};
      return textReply(
        nativeResponse(written, asked, added as Fields),
        explains ? explanationHeaders(decision) : {},
      );
    }
    const response = responseOfCompletion(completion, asked, body, tools);
    if (!explains) return jsonReply(response);
    return jsonReply({ ...response, ...explanationField(decision, costUsd) }, explanationHeaders(decision));
  }
  const { chunks, decision, isNative, whole } = await orNative(
    firstRead(router.stream(request, given), "responses"),
    "responses",
  );
  const sequence = { next: 0 };
  const translated = () => responseEvents(chunks, asked, body, tools, sequence);
  const written = whole && onceRead(chunks, wholeResponseEvents(whole, asked));
  const events = written ?? (isNative ? nativeResponseEvents(chunks, asked) : translated());
  return eventStream(events, await events.next(), {
    headers: explains ? explanationHeaders(decision) : {},
    onError: (error) => {
      const failed = lastFailure(error, "responses");
      if (failed !== undefined && failed.status === undefined) return nativeFailureEvent(failed, asked);
      const { message, code, param = null } = failureOf(error);
      // OpenAI has the fields in the event, Open Responses in its error.
      const fields = { code, message, param };
      const data = { type: "error", sequence_number: sequence.next, ...fields };
      return { event: "error", data: { ...data, error: { type: "server_error", ...fields } } };
    },
  });
}
